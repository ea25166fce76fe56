/** The page's style: light and dark by the reader's choice, one column on phones, whole drawings on paper. */
export const style = `
:root { color-scheme: light dark; --paper: #ffffff; --card: #f8fafc; --ink: #0f172a; --quiet: #52606d; --rule: #d9e0e7;
  --c0: #e2e8f0; --c1: #2563eb; --c2: #60a5fa; --c3: #16a34a; --c4: #d97706; --c5: #9333ea; --c6: #0e7490; --c7: #93c5fd;
  --c8: #f5b04a; --c9: #5eead4; --c10: #1e3a8a; --c11: #475569; --c12: #be185d; --promise: #be123c; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0b1220; --card: #131c2e; --ink: #e6edf5; --quiet: #9fb0c3; --rule: #2b3950;
    --c0: #334155; --c1: #3b82f6; --c2: #93c5fd; --c3: #22c55e; --c4: #f59e0b; --c5: #c084fc; --c6: #22b8d1; --c7: #bfdbfe;
    --c8: #fcd34d; --c9: #99f6e4; --c10: #6366f1; --c11: #94a3b8; --c12: #f472b6; --promise: #fb7185; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.7rem; margin: 0 0 4px; }
h2 { font-size: 1.3rem; margin: 40px 0 12px; padding-top: 16px; border-top: 2px solid var(--rule); }
h3 { font-size: 1rem; margin: 24px 0 8px; }
p { margin: 0 0 12px; }
.quiet, figcaption { color: var(--quiet); font-size: .9rem; }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); }
figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; break-inside: avoid; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: var(--ink); }
.wide { max-width: 560px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; }
th.number { text-align: right; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.chosen td { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
ul.legend { list-style: none; margin: 8px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: .85rem; }
ul.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; vertical-align: -.05em; }
.warning { padding: 8px 12px; border-left: 4px solid var(--c4); background: var(--card); margin: 12px 0 0; }
.refusal { padding: 8px 12px; border-left: 4px solid var(--promise); background: var(--card); margin: 0 0 12px; }
.title { font-weight: 600; font-size: 13px; }
.tick { fill: var(--quiet); font-size: 11px; }
.mark { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.inside { fill: #fff; font-weight: 600; font-size: 11px; paint-order: stroke; stroke: rgb(0 0 0 / .45); stroke-width: 2px; }

line.level { stroke: var(--rule); }
line.axis { stroke: var(--quiet); }
line.drop { stroke: var(--c1); stroke-dasharray: 2 3; }
line.promise { stroke: var(--promise); stroke-width: 1.5; stroke-dasharray: 6 4; }
.promised { fill: var(--promise); font-size: 11px; }
polyline.line { fill: none; stroke: var(--c1); stroke-width: 2.5; stroke-linejoin: round; }
polyline.behind { stroke: var(--quiet); stroke-width: 1.2; stroke-dasharray: 5 4; }
polyline.hosted { stroke: var(--promise); stroke-width: 2; }
circle.point { fill: var(--c1); stroke: var(--paper); stroke-width: 2; }
.part-0 { fill: var(--c0); background: var(--c0); } .part-1 { fill: var(--c1); background: var(--c1); }
.part-2 { fill: var(--c2); background: var(--c2); } .part-3 { fill: var(--c3); background: var(--c3); }
.part-4 { fill: var(--c4); background: var(--c4); } .part-5 { fill: var(--c5); background: var(--c5); }
.part-6 { fill: var(--c6); background: var(--c6); } .part-7 { fill: var(--c7); background: var(--c7); }
.part-8 { fill: var(--c8); background: var(--c8); } .part-9 { fill: var(--c9); background: var(--c9); }
.part-10 { fill: var(--c10); background: var(--c10); } .part-11 { fill: var(--c11); background: var(--c11); }
.part-12 { fill: var(--c12); background: var(--c12); }
.more { fill: var(--c4); } .less { fill: var(--c3); }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; } dt { margin-top: 6px; } th, td { padding-right: 8px; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --ink: #000; --quiet: #444; --rule: #bbb; }
  main { max-width: none; padding: 0; } h2 { break-before: auto; break-after: avoid; } table { font-size: .8rem; }
  .grid { grid-template-columns: repeat(2, 1fr); } .scroll { overflow: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
