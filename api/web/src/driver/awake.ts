// Keeps the phone's screen on while the route is open, where the browser can.

export function stayAwake(): void {
  const ask = (): void => {
    if (document.visibilityState === "visible") void navigator.wakeLock?.request("screen").catch(() => undefined);
  };
  if (!("wakeLock" in navigator)) return;
  document.addEventListener("visibilitychange", ask);
  document.addEventListener("click", ask, { once: true });
}
