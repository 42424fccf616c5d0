// The law of proposals, as properties: where states lead, what may be published, how long a text may be changed.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refused } from "../../src/platform/refusal.ts";
import { minuteMs } from "../../src/platform/time.ts";
import {
  bodyLengthMax,
  checkLimits,
  checkText,
  isEditable,
  mayBecome,
  type ProposalState,
  proposalStates,
  titleLengthMax,
  titleLengthMin,
} from "../../src/proposals/proposal.ts";

const anyState = fc.constantFrom(...proposalStates);
const now = new Date("2026-03-01T12:00:00Z");

const refusalOf = (work: () => void): string | null => {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof Refused) return `${error.code} ${error.params.field}`;
    throw error;
  }
};

describe("states", () => {
  test("nothing leads out of withdrawn", () => {
    fc.assert(
      fc.property(anyState, (to) => {
        expect(mayBecome("withdrawn", to)).toBe(false);
      }),
    );
  });

  test("nothing leads back to a draft, and a draft only to publication", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(mayBecome(state, "draft")).toBe(false);
        expect(mayBecome("draft", state)).toBe(state === "published");
      }),
    );
  });

  test("whatever way is taken, it never comes back to published, and what is decided is not withdrawn", () => {
    fc.assert(
      fc.property(fc.array(anyState, { maxLength: 20 }), (wishes) => {
        let state: ProposalState = "published";
        for (const wish of wishes) {
          if (!mayBecome(state, wish)) continue;
          if (state === "accepted" || state === "rejected") expect(wish).not.toBe("withdrawn");
          state = wish;
          expect(["draft", "published"]).not.toContain(state);
        }
      }),
    );
  });

  test("an answer can be revised from any answer to any other", () => {
    const answers: ProposalState[] = ["evaluating", "accepted", "rejected"];
    for (const from of answers) for (const to of answers) expect(mayBecome(from, to)).toBe(true);
  });
});

describe("texts", () => {
  const words = (min: number, max: number) =>
    fc.string({ minLength: min, maxLength: max, unit: fc.constantFrom("a", "é", "ع") });

  test("within the limits are published, and no other", () => {
    fc.assert(
      fc.property(words(0, 300), words(0, 40), fc.boolean(), (title, body, isHuge) => {
        const text = { title, body: isHuge ? body.padEnd(bodyLengthMax + 1, "a") : body };
        const expected =
          title.length < titleLengthMin
            ? "invalid-input title"
            : text.body.trim() === ""
              ? "invalid-input body"
              : title.length > titleLengthMax
                ? "too-large title"
                : text.body.length > bodyLengthMax
                  ? "too-large body"
                  : null;
        expect(refusalOf(() => checkText(text))).toBe(expected);
      }),
    );
  });

  test("of blanks are no texts", () => {
    expect(refusalOf(() => checkText({ title: " ".repeat(20), body: "x" }))).toBe("invalid-input title");
    expect(refusalOf(() => checkText({ title: "A good bench", body: " \n\t" }))).toBe("invalid-input body");
    for (const unseen of ["\u200e", "\u00ad", "\u202e", "\u200d", "\u3164"]) {
      const [title, body] = [unseen.repeat(30), unseen.repeat(30)];
      expect(refusalOf(() => checkText({ title, body: "x" }))).toBe("invalid-input title");
      expect(refusalOf(() => checkText({ title: "A good bench", body }))).toBe("invalid-input body");
    }
  });

  test("stand on this Earth or nowhere", () => {
    const draft = { title: "", body: "" };
    fc.assert(
      fc.property(fc.double(), fc.double(), (latitude, longitude) => {
        const isOnEarth = latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180;
        const place = { address: "", point: { latitude, longitude } };
        expect(refusalOf(() => checkLimits({ ...draft, place }))).toBe(isOnEarth ? null : "invalid-input place");
      }),
    );
    expect(refusalOf(() => checkLimits({ ...draft, place: { address: "", point: null } }))).toBeNull();
  });
});

describe("a text may be changed", () => {
  const proposal = (state: ProposalState, minutesAgo: number) => ({
    state,
    publishedAt: state === "draft" ? null : new Date(+now - minutesAgo * minuteMs),
    hiddenAt: null,
  });

  test("as a draft always; published, within the window; in any other state never", () => {
    fc.assert(
      fc.property(anyState, fc.nat(3_000), fc.nat(3_000), (state, minutesAgo, windowMinutes) => {
        const expected = state === "draft" || (state === "published" && minutesAgo <= windowMinutes);
        expect(isEditable(proposal(state, minutesAgo), windowMinutes, now)).toBe(expected);
      }),
    );
  });

  test("never while a moderator has hidden it", () => {
    expect(isEditable({ ...proposal("published", 0), hiddenAt: now }, 1_440, now)).toBe(false);
  });
});
