import { api, type Session } from "./api";
import { Problem, useCsrf, whenLost } from "./client";

// Who is signed in. `known` is false until the service was asked.
class SessionState {
  account = $state<Session["account"] | null>(null);
  known = $state(false);
  unreachable = $state(false);
  openedBy: Session["opened_by"] = null;
  password = $state<Session["password"]>("off");

  take(session: Session): void {
    this.account = session.account;
    this.openedBy = session.opened_by;
    this.password = session.password;
    useCsrf(session.csrf_token);
    this.known = true;
    this.unreachable = false;
  }

  async load(): Promise<void> {
    try {
      this.take(await api.session());
    } catch (error) {
      this.unreachable = error instanceof Problem && error.passing;
      this.account = null;
      this.known = true;
    }
  }

  async leave(): Promise<void> {
    await api.signOut();
    this.account = null;
    useCsrf("");
    if (this.openedBy === "oidc") location.assign("/api/v1/session/oidc/end");
  }

  is(...roles: Session["account"]["role"][]): boolean {
    return this.account !== null && roles.includes(this.account.role);
  }
  // Labelers see their tasks only; everybody else also sources and runs.
  get seesAll(): boolean {
    return this.account !== null && this.account.role !== "labeler";
  }
  get labels(): boolean {
    return this.account !== null && this.account.role !== "analyst";
  }
}

export const session = new SessionState();
whenLost(() => (session.account = null)); // the page for signing in stands at the same address then
