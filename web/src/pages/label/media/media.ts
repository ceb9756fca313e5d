// What a record holds beside text and picture: sound, film, a document of pages, or a page of the web.
import type { RecordShown } from "../../../lib/api";
import type { Item } from "../kinds/answer";

export type Media = NonNullable<Item["media"]>;
export const isTimed = (media: Media | null): boolean => media?.kind === "audio" || media?.kind === "video";
export const timedOf = (item: Pick<Item, "media">): Media | null => (isTimed(item.media) ? item.media : null);

// Of a record that is no task: of its last version.
export function mediaOfRecord({ id, version, media }: Pick<RecordShown, "id" | "version" | "media">): Media | null {
  if (!media) return null;
  const { kind, type, seconds, pages, width, height } = media;
  return { kind, type, url: `/api/v1/records/${id}/media?version=${version}`, seconds, pages, width, height };
}

// 75.5 is 1:15.5; of an hour and more also the hours.
export function clock(seconds: number, digits = 0): string {
  const whole = Math.max(0, Number(seconds.toFixed(digits)));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const last = rest.toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${last}` : `${minutes}:${last}`;
}

// A button that was clicked by a mouse does not keep the keys: the next space plays.
export function letGo(event: MouseEvent): void {
  if (event.detail > 0 && event.target instanceof Element) event.target.closest("button")?.blur();
}
