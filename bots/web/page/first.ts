// Before anything is drawn: the theme that this browser chose, so that the page never flashes in the other one.
{
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch (error) {
    // A browser may forbid storage; then the system's theme holds.
    console.debug(error);
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
