// Fedify expects a global Temporal, which Node 24 does not have yet. Imported first by every entry point.
import { Temporal } from "@js-temporal/polyfill";

(globalThis as { Temporal?: unknown }).Temporal ??= Temporal;
