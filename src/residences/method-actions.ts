// The city's choices: which ways of proving residence there are, for how long, and in which words they are explained.
import { type Account, mayGrantRoles } from "../accounts/account.ts";
import { type Sql, withTransaction } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { type LanguageMap, tidyText } from "../platform/text.ts";
import { recordAct } from "../subjects/actions.ts";
import { getMethod } from "./queries.ts";
import { censusFacts, type Method, type MethodSettings, validMonthsMax } from "./residence.ts";

export const explanationLengthMax = 2000;
const claimValuesMax = 50;
const claimLengthMax = 200;

export interface MethodInput {
  readonly isOn: boolean;
  readonly validMonths: number | null;
  readonly explanation: LanguageMap;
  readonly settings: MethodSettings;
}

/**
 * Sets a method. What was verified before keeps the end it was given.
 * @throws Refused `not-allowed` for anyone but an administrator of the node; `invalid-input` with its field.
 */
export async function setMethod(sql: Sql, by: Account, method: Method, input: MethodInput, now: Date): Promise<void> {
  refuseUnless(mayGrantRoles(by), "not-allowed");
  const { isOn, validMonths } = input;
  const months = validMonths === null || (validMonths >= 1 && validMonths <= validMonthsMax);
  refuseUnless(months, "invalid-input", { field: "validMonths" });
  const explanation = tidyExplanation(input.explanation);
  const settings = readSettings(method, input.settings, isOn);
  await withTransaction(sql, async (tx) => {
    const before = await getMethod(tx, method);
    await tx`
      update residence_method set is_on = ${isOn}, valid_months = ${validMonths},
        explanation = ${tx.json(explanation as never)}, settings = ${tx.json(settings as never)}
      where method = ${method}`;
    const told = ({ isOn, validMonths, settings }: Omit<MethodInput, "explanation">) => ({
      isOn,
      validMonths,
      settings,
    });
    const change = { before: told(before), after: told({ isOn, validMonths, settings }) };
    await recordAct(tx, by, "ResidenceMethodSet", null, { method }, now, change);
  });
}

function tidyExplanation(texts: LanguageMap): LanguageMap {
  const tidied = Object.entries(texts).map(([lang, text]) => [lang, tidyText(text)] as const);
  for (const [lang, text] of tidied) {
    refuseUnless(text.length <= explanationLengthMax, "invalid-input", { field: `explanation.${lang}` });
  }
  return Object.fromEntries(tidied.filter(([, text]) => text !== ""));
}

/** Only what the method uses. A method that is off may be half set up. */
function readSettings(method: Method, given: MethodSettings, isOn: boolean): MethodSettings {
  switch (method) {
    case "desk":
    case "post":
      return { asksNumber: given.asksNumber === true };
    case "census": {
      const asks = censusFacts.filter((fact) => given.asks?.includes(fact));
      // A number alone stands on many papers: it proves nothing.
      refuseUnless(asks.length > 0 || !isOn, "invalid-input", { field: "asks" });
      return { asks };
    }
    case "claim": {
      const line = (text = "") => tidyText(text).replace(/\s+/g, " ").slice(0, claimLengthMax);
      const claim = line(given.claim);
      const values = (given.values ?? []).map(line).filter((value) => value !== "");
      refuseUnless(claim !== "" || !isOn, "invalid-input", { field: "claim" });
      const isListed = (values.length > 0 || !isOn) && values.length <= claimValuesMax;
      refuseUnless(isListed, "invalid-input", { field: "values" });
      return { claim, values, numberClaim: line(given.numberClaim) };
    }
    default:
      return method satisfies never;
  }
}
