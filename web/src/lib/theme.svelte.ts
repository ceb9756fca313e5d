// Light or dark: as the system says, until the person chooses.
import { keep } from "./hand";

type Choice = "system" | "light" | "dark";
const key = "tilth.theme";

function stored(): Choice {
  const value = localStorage.getItem(key);
  return value === "light" || value === "dark" ? value : "system";
}

class Theme {
  choice = $state<Choice>(stored());

  apply(): void {
    if (this.choice === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset.theme = this.choice;
  }

  next(): void {
    const order: Choice[] = ["system", "light", "dark"];
    this.choice = order[(order.indexOf(this.choice) + 1) % order.length] ?? "system";
    keep(key, this.choice);
    this.apply();
  }
}

export const theme = new Theme();
theme.apply();
