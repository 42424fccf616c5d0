import "../../src/platform/own-names.ts";
import "../../src/platform/temporal.ts";
