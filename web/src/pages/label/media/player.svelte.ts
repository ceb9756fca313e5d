// What plays: the place in it, how fast, and the keys that move it. One object stands behind buttons, keys and the timeline.
import { clock } from "./media";

export const speeds = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const step = 1; // second
const large = 5;

export class Player {
  time = $state(0);
  length = $state(0); // seconds; 0: not known yet
  playing = $state(false);
  speed = $state(1);
  failed = $state(false);
  private element: HTMLMediaElement | null = null;
  private until: number | null = null; // of one range that is played
  private frame = 0.04; // seconds
  private clock = 0;

  constructor(known: number | null) {
    this.length = known ?? 0;
  }

  // An element is taken hold of while it stands.
  attach = (element: HTMLMediaElement): (() => void) => {
    this.element = element;
    const on = (name: string, then: () => void): void => element.addEventListener(name, then);
    on("loadedmetadata", () => this.measure());
    on("durationchange", () => this.measure());
    on("seeking", () => (this.time = element.currentTime));
    on("timeupdate", () => this.tick());
    on("play", () => this.run());
    on("pause", () => this.rest());
    on("ended", () => this.rest());
    on("error", () => (this.failed = true));
    if (element instanceof HTMLVideoElement) this.frames(element);
    return () => {
      this.rest();
      this.element = null;
    };
  };

  // A live recording does not say how long it is, until its end was looked for.
  private measure(): void {
    const element = this.element;
    if (!element) return;
    if (Number.isFinite(element.duration)) {
      if (this.length === 0 || Math.abs(this.length - element.duration) > 0.5) this.length = element.duration;
    } else if (this.length === 0) {
      element.addEventListener("durationchange", () => (element.currentTime = 0), { once: true });
      element.currentTime = 1e7;
    }
  }

  // How long a frame stands, by those that are seen.
  private frames(video: HTMLVideoElement): void {
    if (!("requestVideoFrameCallback" in video)) return;
    let last = -1;
    const seen = (_: number, about: VideoFrameCallbackMetadata): void => {
      const between = about.mediaTime - last;
      if (this.playing && last >= 0 && between > 0.005 && between < 0.2) this.frame = between;
      last = this.playing ? about.mediaTime : -1;
      if (this.element === video) video.requestVideoFrameCallback(seen);
    };
    video.requestVideoFrameCallback(seen);
  }

  private tick(): void {
    if (!this.element) return;
    this.time = this.element.currentTime;
    if (this.until !== null && this.time >= this.until) {
      const end = this.until;
      this.element.pause();
      this.seek(end);
    }
  }
  private run(): void {
    this.playing = true;
    cancelAnimationFrame(this.clock);
    const turn = (): void => {
      this.tick();
      if (this.playing) this.clock = requestAnimationFrame(turn);
    };
    turn();
  }
  private rest(): void {
    this.playing = false;
    this.until = null;
    cancelAnimationFrame(this.clock);
    if (this.element) this.time = this.element.currentTime;
  }

  toggle(): void {
    const element = this.element;
    if (!element) return;
    if (!element.paused) return element.pause();
    if (this.length > 0 && this.time >= this.length - 0.01) this.seek(0);
    void element.play().catch(() => {});
  }
  seek(to: number): void {
    const at = Math.max(0, this.length > 0 ? Math.min(to, this.length) : to);
    this.until = null;
    this.time = at;
    if (this.element) this.element.currentTime = at;
  }
  by(seconds: number): void {
    this.seek(this.time + seconds);
  }
  frameBy(n: number): void {
    this.element?.pause();
    this.by(n * this.frame);
  }
  // From here to there, once.
  play(from: number, to: number): void {
    this.seek(from);
    this.until = to;
    void this.element?.play().catch(() => {});
  }
  faster(by: number): void {
    const at = speeds.findIndex((each) => each >= this.speed);
    this.speed = speeds[Math.max(0, Math.min(speeds.length - 1, at + by))] ?? 1;
    if (this.element) this.element.playbackRate = this.speed;
  }
  get said(): string {
    return `${clock(this.time, 1)} of ${this.length > 0 ? clock(this.length, 1) : "?"}`;
  }

  // True if the key was its own.
  key(event: KeyboardEvent): boolean {
    switch (event.key) {
      case " ":
        this.toggle();
        return true;
      case "ArrowLeft":
      case "ArrowRight":
        this.by((event.key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? large : step));
        return true;
      case ",":
      case ".":
        this.frameBy(event.key === "," ? -1 : 1);
        return true;
      case "<":
      case ">":
        this.faster(event.key === "<" ? -1 : 1);
        return true;
      case "Home":
      case "End":
        this.seek(event.key === "Home" ? 0 : this.length);
        return true;
      default:
        return false;
    }
  }
}
