/** The report's style sheet: readable on screen, in the dark and on paper. */
export const style = `
:root{color-scheme:light dark;--bg:#fbfbfa;--fg:#1c2430;--soft:#5b6675;--line:#dfe3e8;--card:#fff;--good:#1f7a4d;--warn:#9a6200;--bad:#b3261e;
--copied:#2f7d5b;--present:#5a8fc0;--skipped:#d9a520;--quarantined:#cf6f2e;--gone:#9aa3ad;--missing:#b3261e;--empty:#e8ebee}
@media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6e9ed;--soft:#9aa6b3;--line:#2c343d;--card:#1b2127;--good:#6cc79a;--warn:#e0b04a;--bad:#ff8a80;
--copied:#4fa47d;--present:#6d9fce;--skipped:#d9b64a;--quarantined:#e08a4f;--gone:#77808a;--missing:#ef6a60;--empty:#2a313a}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 4rem}h1{font-size:1.75rem;line-height:1.25;margin:.25rem 0 .5rem}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
p{margin:.5rem 0}.soft{color:var(--soft)}.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1.25rem 0;padding:0;list-style:none}
.figures li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem}.figures b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}
bdi{overflow-wrap:anywhere}svg{display:block;width:100%;border-radius:.3rem}.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:.6rem 0;padding:0;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:.75rem;height:.75rem;border-radius:.15rem;margin-right:.4rem;vertical-align:-.05rem}
.empty{fill:var(--empty)}${['copied', 'present', 'skipped', 'quarantined', 'gone', 'missing'].map((k) => `.${k}{fill:var(--${k});background:var(--${k})}`).join('')}
.table{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.85rem}td.n,th.n{text-align:right}td.b{min-width:8rem;padding-top:.85rem}
details{border:1px solid var(--line);border-radius:.6rem;background:var(--card);margin:.5rem 0;padding:.5rem .9rem}summary{cursor:pointer;font-weight:600}
.todo{border-left:.25rem solid var(--bad);padding:.1rem .9rem;margin:.75rem 0}code{font-size:.9em}
tr,.todo,.figures li{break-inside:avoid}
@media print{:root{color-scheme:light}main{max-width:none;padding:0}svg,.legend i{print-color-adjust:exact}.table{overflow:visible}details::details-content{content-visibility:visible;block-size:auto}}
`;
