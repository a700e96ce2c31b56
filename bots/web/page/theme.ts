// Light or dark: the system's, until a person chooses.
import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";
const CHANGED = "theme-changed";
const system = () => matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return system().matches ? "dark" : "light";
}

export function toggleTheme(): void {
  const next = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground-now").trim();
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    if (ground) meta.content = ground;
  }
  try {
    // Back to what the system says is no choice any more.
    if ((next === "dark") === system().matches) localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch (error) {
    console.debug(error);
  }
  dispatchEvent(new Event(CHANGED));
}

export function useTheme(): Theme {
  const [now, set] = useState(theme);
  useEffect(() => {
    const look = () => set(theme());
    const media = system();
    addEventListener(CHANGED, look);
    media.addEventListener("change", look);
    return () => {
      removeEventListener(CHANGED, look);
      media.removeEventListener("change", look);
    };
  }, []);
  return now;
}
