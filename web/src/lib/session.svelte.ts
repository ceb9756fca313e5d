import { api, type Session } from "./api";
import { Problem, useCsrf, whenLost } from "./client";
import { keepAccount, keptAccount, letGo } from "./hand";

const again = 3_000; // milliseconds

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
    keepAccount(session.account);
    this.known = true;
    this.unreachable = false;
  }

  async load(): Promise<void> {
    try {
      this.take(await api.session());
    } catch (error) {
      this.unreachable = error instanceof Problem && error.passing;
      this.account = this.unreachable ? keptAccount() : null;
      this.known = true;
      if (this.account) setTimeout(() => void this.back(), again);
      else if (error instanceof Problem && error.status === 401) await letGo();
    }
  }

  // Opened without a network: the session is known once the service is there again, and what waits can go.
  private async back(): Promise<void> {
    if (!this.unreachable) return;
    await this.load();
    if (this.account && !this.unreachable) dispatchEvent(new Event("online"));
  }

  async leave(): Promise<void> {
    await api.signOut();
    await letGo();
    this.account = null;
    useCsrf("");
    if (this.openedBy === "oidc") location.assign("/api/v1/session/oidc/end");
  }

  is(...roles: Session["account"]["role"][]): boolean {
    return this.account !== null && roles.includes(this.account.role);
  }
  // By the roles of a page; those of none are everybody's.
  may(roles?: Session["account"]["role"][]): boolean {
    return !roles || this.is(...roles);
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
