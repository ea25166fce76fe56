/**
 * Who sees to a check: `seamount` sets it, `kubeadm` leaves it so by itself, `site` must look, for it is about what
 * people do, and `declined` is not done, for a written reason.
 */
export type CisOwner = "seamount" | "kubeadm" | "site" | "declined";

/** A check's title in our words, who sees to it, and how, or why not. */
export type CisRow = readonly [title: string, owner: CisOwner, words: string];
