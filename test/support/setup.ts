import "../../src/platform/own-names.ts";
import "../../src/platform/temporal.ts";

// Where a change is judged, properties try the same cases each time; everywhere else each run draws its own.
if (process.env.CI === "true") (await import("fast-check")).default.configureGlobal({ seed: 20_261_123 });
