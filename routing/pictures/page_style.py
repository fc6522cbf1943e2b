"""The style sheet of the page. Contrast of text to its ground is at least 4.5:1, of signs at least 3:1."""

STYLE = """
:root { color-scheme: light dark; --ground: #fff; --panel: #f7f5ef; --ink: #13233f; --quiet: #596274; --line: #d9d4c6;
  --street: #e3dfd5; --street-main: #cfc9bb; --grey: #737373; --accent: #1b3f8b; --wash: #e6edf9; --s: 1; }
@media (prefers-color-scheme: dark) { :root { --ground: #10161f; --panel: #19212e; --ink: #edf1f8; --quiet: #a7b2c5;
  --line: #2e394a; --street: #232d3b; --street-main: #33404f; --grey: #8b97a8; --accent: #8fb4f5; --wash: #1d2c47; } }
* { box-sizing: border-box; }
body { margin: 0; height: 100dvh; display: flex; flex-direction: column; background: var(--panel); color: var(--ink);
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
html[lang="nl"] .en, html[lang="en"] .nl { display: none; }
header { display: flex; gap: 16px; align-items: center; justify-content: space-between; padding: 10px 18px; }
h1 { margin: 0; font-size: 20px; line-height: 1.2; } h2 { font-size: 16px; margin: 22px 0 6px; }
header p { margin: 2px 0 0; color: var(--quiet); }
button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 9px;
  min-height: 32px; padding: 3px 11px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--wash); border-color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.languages { display: flex; gap: 6px; flex: none; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(360px, 650px); }
.map { position: relative; background: var(--ground); border-top: 1px solid var(--line); overflow: hidden; }
#map { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab; display: block; }
#map:focus-visible { outline-offset: -4px; } #map.dragging { cursor: grabbing; }
aside { overflow: auto; padding: 12px 18px 40px; border-top: 1px solid var(--line);
  border-left: 1px solid var(--line); }
.k { transform: scale(var(--s)); }
.street, .leg, .halo, .spur, .hull { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round;
  stroke-linecap: round; }
.street { stroke: var(--street); stroke-width: 1; } .street.main { stroke: var(--street-main); stroke-width: 2; }
.leg, .spur { stroke: currentColor; } .halo { stroke: var(--ground); stroke-width: 4.5; opacity: .8; }
.collecting { stroke-width: 2.4; } .deadhead { stroke-width: 1.1; opacity: .55; } .spur { stroke-width: 1; }
.straight { stroke-dasharray: 6 4; }
.hull { display: none; fill: currentColor; fill-opacity: .1; stroke: currentColor; stroke-width: 1;
  stroke-dasharray: 2 3; }
.areas .hull, .picked .hull { display: inline; }
.arrow path { fill: currentColor; stroke: var(--ground); stroke-width: .8; } .arrow-key { fill: currentColor; }
.dot, .badge { fill: currentColor; stroke: var(--ground); stroke-width: 1; }
.mark text { font: 650 10px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; text-anchor: middle;
  pointer-events: none; }
.mark text.name { fill: var(--ink); font-size: 12px; paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
.touch { fill: transparent; transform: scale(var(--s)); }
.skip { fill: var(--ground); stroke: var(--grey); stroke-width: 1.2; }
.skip-cross { stroke: var(--grey); stroke-width: 1.2; }
.tick { fill: none; stroke: var(--grey); stroke-width: 1.6; }
.plate { fill: var(--ink); stroke: var(--ground); stroke-width: 1.5; }
.glyph { fill: none; stroke: var(--ground); stroke-width: 1.7; stroke-linejoin: round; stroke-linecap: round; }
.off { display: none; } .picking .route:not(.picked) { opacity: .1; }
.picking .skipped, .picking .done { opacity: .25; }
.route { transition: opacity .12s; }
@media (prefers-reduced-motion: reduce) { .route { transition: none; } }
.tools { position: absolute; right: 12px; top: 12px; display: grid; gap: 6px; }
.tools button { width: 40px; height: 40px; padding: 0; font-size: 19px; }
#scale { position: absolute; left: 14px; bottom: 12px; border: solid var(--quiet); border-width: 0 1.5px 1.5px;
  height: 20px;
  color: var(--quiet); font-size: 12px; padding-left: 5px; text-shadow: 0 0 3px var(--ground); pointer-events: none; }
#tip { position: absolute; max-width: min(300px, 80%); padding: 7px 10px; background: var(--ink);
  color: var(--ground);
  border-radius: 9px; font-size: 13px; pointer-events: none; z-index: 2; } #tip p { margin: 0;
  } #tip p:first-child { font-weight: 650; }
.choices { display: flex; gap: 8px; align-items: center; margin-bottom: 8px; }
.choices label { margin-left: auto; display: flex; gap: 7px; align-items: center; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 5px; text-align: right; white-space: nowrap; font-weight: 400; }
thead th { color: var(--quiet); font-size: 12px; vertical-align: bottom; }
tbody tr { border-top: 1px solid var(--line); }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--panel); }
tbody tr:hover td, tbody tr:hover th, tr.picked td, tr.picked th { background: var(--wash); }
tfoot tr { border-top: 2px solid var(--quiet); } tfoot td, tfoot th { font-weight: 650; }
th label { display: flex; gap: 7px; align-items: center; min-height: 26px; cursor: pointer; }
input[type="checkbox"] { width: 17px; height: 17px; accent-color: var(--accent); margin: 0; }
.swatch { display: inline-block; width: 16px; height: 16px; border-radius: 50%; background: currentColor; flex: none;
  }
.swatch.square { border-radius: 2px; } .swatch.diamond { border-radius: 2px; transform: rotate(45deg) scale(.8); }
.key { list-style: none; margin: 14px 0; padding: 0; display: grid; gap: 3px; }
.key li { display: flex; gap: 8px; align-items: center; }
.note { color: var(--quiet); font-size: 13px; margin: 8px 0; }
details { border-top: 1px solid var(--line); } summary { padding: 7px 0; cursor: pointer; }
summary .swatch { margin: 0 7px -3px 4px; }
details ol, details ul { margin: 0 0 12px; padding-left: 40px; font-size: 14px; }
.between { list-style: none; color: var(--quiet); }
@media (max-width: 860px) {
  body { height: auto; } main { display: block; }
.map { height: min(66dvh, 110vw); border-bottom: 1px solid var(--line); }
  aside { border: 0; padding: 12px 12px 40px; overflow: visible; }
header { padding: 10px 12px; align-items: flex-start; }
  .languages { flex-direction: column; } h1 { font-size: 18px; } header p { font-size: 14px; }
}
@media print { .tools, .languages, .choices { display: none; } body { height: auto; } main { display: block;
  } .map { height: 60vh; } }
"""
