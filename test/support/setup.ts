import "../../src/platform/temporal.ts";
