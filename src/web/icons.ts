// The few pictures the interface uses, drawn as strokes on a 24 by 24 grid. Always beside text, so hidden from readers.
import { html, type Markup, raw } from "../platform/html.ts";

const paths = {
  menu: "M4 6.5h16M4 12h16M4 17.5h16",
  bell: "M6 16.5v-5.7a6 6 0 0 1 12 0v5.7l1.8 1.8H4.2L6 16.5Zm3.8 4.2a2.3 2.3 0 0 0 4.4 0",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13Zm5 11.5L21 21",
  language:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9s.6-6 3.6-9Z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  check: "M5 12.5 10 17.5 19.5 7",
  warning: "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.5v.2",
  heart:
    "M12 20S4 15.2 4 9.3C4 6.7 6 5 8.2 5c1.7 0 3 .9 3.8 2.3C12.8 5.9 14.1 5 15.8 5 18 5 20 6.7 20 9.3 20 15.2 12 20 12 20Z",
  support: "M12 20V9m0 0-4.5 4.5M12 9l4.5 4.5M5 4h14",
  comment: "M4 5h16v11H11l-5 4v-4H4V5Z",
  place: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 1 1 13 0c0 5-6.5 11-6.5 11Zm0-13.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  calendar: "M4 6h16v14H4V6Zm0 5h16M8 3v5m8-5v5",
  clock: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7v5.5l3.5 2",
  people:
    "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM2.5 19c.6-3 3-4.7 6.5-4.7s5.9 1.7 6.5 4.7M16 5.5a3.3 3.3 0 0 1 0 6.3m2 2.9c2 .7 3.2 2.2 3.5 4.3",
  link: "M9.5 14.5 14.5 9.5M11 6.5l1.8-1.8a4.5 4.5 0 0 1 6.4 6.4L17.5 13M13 17.5l-1.8 1.8a4.5 4.5 0 0 1-6.4-6.4L6.5 11",
  share:
    "M6 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM18 3a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Zm0 13a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8.2 10.8l7.6-4.1M8.2 13.2l7.6 4.1",
  copy: "M9 9h11v11H9V9ZM5 15H4V4h11v1",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7v-6Z",
  flag: "M6 21V4h11l-2 4 2 4H6",
  network:
    "M12 3.5a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM5 16a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 5 16Zm14 0a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4ZM11 7.7 6 16.2m7-8.5 5 8.5M7.2 18.2h9.6",
  answer: "M4 5h16v11h-6l-2 3-2-3H4V5Zm4 5.5h8",
  edit: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20Z",
  money:
    "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm3 5.3c-.9-.9-1.9-1.3-3-1.3-2.2 0-3.7 1.9-3.7 4.5s1.5 4.5 3.7 4.5c1.1 0 2.1-.4 3-1.3M7 11h5.5M7 13.2h5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z",
} as const;

export type IconName = keyof typeof paths;

export const icon = (name: IconName): Markup =>
  html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path d="${raw(paths[name])}"/></svg>`;
