// Every address of this node is minted here, for pages and for the wire alike.

/** Address makers bound to one origin (`https://city.example`, no trailing slash). */
export function openUris(origin: string) {
  const at = (path: string) => `${origin}${path}`;
  return {
    origin,
    host: new URL(origin).host,
    at,
    actor: (handle: string) => at(`/actors/${handle}`),
    inbox: (handle: string) => at(`/actors/${handle}/inbox`),
    sharedInbox: at("/inbox"),
    followers: (handle: string) => at(`/actors/${handle}/followers`),
    activity: (id: string) => at(`/activities/${id}`),
    process: (handle: string) => at(`/processes/${handle}`),
    news: (id: string) => at(`/news/${id}`),
    proposal: (id: string) => at(`/proposals/${id}`),
    answer: (id: string) => at(`/answers/${id}`),
    comment: (id: string) => at(`/comments/${id}`),
    meeting: (id: string) => at(`/meetings/${id}`),
    result: (id: string) => at(`/results/${id}`),
    milestone: (id: string) => at(`/milestones/${id}`),
    upload: (name: string) => at(`/uploads/${name}`),
  };
}

export type Uris = ReturnType<typeof openUris>;

/** The origin that owns a URI; two URIs belong together only when this is equal (FEP-fe34). */
export const originOf = (uri: string): string => new URL(uri).origin;
