// How many letters may be asked for to one postal address and with one document number, whoever asks. The only writer of residence_letter_turn.
import type { Sql, Tx } from "../platform/db.ts";
import { refuseUnless } from "../platform/refusal.ts";
import { lettersPerAddressMax, lettersPerNumberMax, lettersUnsentMs, lettersWindowMs } from "./residence.ts";

/** Keyed digests: see `addressHash` and `numberHash`. */
export interface LetterTurn {
  readonly letterId: string;
  readonly address: Buffer;
  /** Null where the city asks for none. */
  readonly number: Buffer | null;
  /** Asked for at the desk, with an official who sees the person: counted, and never refused. */
  readonly isAtDesk: boolean;
}

/**
 * Counts a letter. Of what was not sent only the last days count: else a few idle accounts would keep a house from any letter.
 * Locks the address and the number, after the account.
 * @returns whether it went past a limit.
 * @throws Refused `letters-address-limit`, `letters-number-limit`.
 */
export async function takeLetterTurn(
  tx: Tx,
  { letterId, address, number, isAtDesk }: LetterTurn,
  now: Date,
): Promise<boolean> {
  const since = new Date(now.getTime() - lettersWindowMs);
  const unsentSince = new Date(now.getTime() - lettersUnsentMs);
  const count = async (column: "address_digest" | "number_digest", digest: Buffer): Promise<number> => {
    // One after the other, so that a burst cannot pass together.
    await tx`select pg_advisory_xact_lock(hashtextextended(${`letter ${column} ${digest.toString("base64")}`}, 0))`;
    const [row] = await tx<[{ count: number }]>`
      select count(*)::int as count from residence_letter_turn turn
      where ${tx(column)} = ${digest} and asked_at > ${since} and (asked_at > ${unsentSince} or not exists (
        select from residence_letter letter where letter.id = turn.letter_id and letter.sent_at is null))`;
    return row.count;
  };
  const max = { address: lettersPerAddressMax, number: lettersPerNumberMax };
  const toAddress = await count("address_digest", address);
  refuseUnless(isAtDesk || toAddress < max.address, "letters-address-limit", { field: "address", count: max.address });
  const withNumber = number === null ? 0 : await count("number_digest", number);
  refuseUnless(isAtDesk || withNumber < max.number, "letters-number-limit", {
    field: "letterNumber",
    count: max.number,
  });
  await tx`
    insert into residence_letter_turn (letter_id, address_digest, number_digest, asked_at)
    values (${letterId}, ${address}, ${number}, ${now})`;
  return toAddress >= max.address || withNumber >= max.number;
}

/** What was never sent leaves no trace. Before the letter itself goes. */
export async function forgetUnsentTurns(tx: Tx, accountId: string): Promise<void> {
  await tx`
    delete from residence_letter_turn using residence_letter letter
    where letter.id = letter_id and letter.account_id = ${accountId} and letter.sent_at is null`;
}

/** Once no limit counts them any more. */
export async function sweepLetterTurns(sql: Sql, now: Date): Promise<void> {
  await sql`delete from residence_letter_turn where asked_at <= ${new Date(now.getTime() - lettersWindowMs)}`;
}
