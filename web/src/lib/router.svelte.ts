// The address bar as state. Pages are plain paths, and what one looks at (filters, order, tab) stands in the query, so that an address
// can be shared; the service gives index.html for each.
class Router {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  constructor() {
    addEventListener("popstate", () => this.read());
  }

  private read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }

  go(address: string, replace = false): void {
    const here = location.pathname + location.search;
    if (replace) history.replaceState(null, "", address);
    else if (address !== here) history.pushState(null, "", address);
    const other = location.pathname !== this.path;
    this.read();
    if (other) {
      scrollTo(0, 0);
      document.getElementById("content")?.focus({ preventScroll: true });
    }
  }

  // Other values in the query of this page; "" takes one out. No step of the history unless `step`.
  set(values: Record<string, string>, step = false): void {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
      if (value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    this.go(location.pathname + (text ? `?${text}` : ""), !step);
  }

  // For <svelte:window onclick>: follows links of our own without loading the page anew.
  follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();

// "/sources/{name}" with its parts filled in.
export function path(strings: TemplateStringsArray, ...parts: (string | number)[]): string {
  return strings.reduce((text, piece, i) => text + encodeURIComponent(String(parts[i - 1])) + piece);
}
