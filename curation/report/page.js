// The explorer of pairs. The page is whole without it: it only sorts, filters and counts what stands in the page.
"use strict";
const find = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString("en-US");
const AT_ONCE = 20;

// One row of this table is one place of the slider: its threshold, what is removed there, and the pairs up to the next.
const steps = [...document.querySelectorAll("#thresholds tbody tr")].map((row) => {
  const [score, removed, free, guarded] = [...row.cells].map((cell) => Number(cell.dataset.number));
  return { score, removed, free, guarded };
});
const slider = find("threshold");
const built = slider ? Number(slider.value) : 0;
const pairs = [...document.querySelectorAll("#pairs > li")].map((entry) => ({
  entry,
  fate: entry.querySelector(".fate"),
  words: null, // what stands in it, once somebody searches
  score: Number(entry.dataset.score),
  sources: entry.dataset.sources.split(" "),
  kind: entry.dataset.kind,
  moves: entry.dataset.moves === "yes", // whether the threshold decides on it
}));
let room = AT_ONCE;

function goes(pair, threshold) {
  return pair.moves ? pair.score >= threshold : pair.kind === "removed";
}

function tellThreshold(place) {
  const { score, removed } = steps[place];
  const more = removed - steps[built].removed;
  const change = more === 0 ? "as in this build" : `${count(Math.abs(more))} ${more > 0 ? "more" : "fewer"} than in this build`;
  const below = steps.slice(0, place).reduce((sum, step) => sum + step.free, 0);
  const guarded = steps.reduce((sum, step) => sum + step.guarded, 0);
  find("at-threshold").textContent =
    `At ${score}: ${count(removed)} near-duplicate${removed === 1 ? "" : "s"} removed (${change}). ` +
    `${count(below)} of the pairs that may go lie below it; ${count(guarded)} pairs differ in a word of meaning and stay at any.`;
  slider.setAttribute("aria-valuetext", `${score}: ${count(removed)} removed`);
  document.querySelectorAll("#scores > i").forEach((bar, at) => bar.classList.toggle("goes", at >= place));
}

function showPairs() {
  const threshold = slider ? steps[Number(slider.value)].score : 0;
  const before = slider ? steps[built].score : 0;
  const [kind, source, order] = ["kind", "source", "order"].map((name) => find(name).value);
  const words = find("words").value.trim().toLowerCase();
  const chosen = pairs.filter(
    (pair) =>
      (kind === "all" || (kind === "changed" ? goes(pair, threshold) !== goes(pair, before) : pair.kind === kind)) &&
      (!source || pair.sources.includes(source)) &&
      (!words || (pair.words ??= pair.entry.textContent.toLowerCase()).includes(words)),
  );
  const distance = { rising: (pair) => pair.score, falling: (pair) => -pair.score, near: (pair) => Math.abs(pair.score - threshold) }[order];
  chosen.sort((one, other) => distance(one) - distance(other));
  const shown = chosen.slice(0, room);
  for (const { fate, ...pair } of shown) {
    const away = goes(pair, threshold);
    const changed = away !== goes(pair, before);
    fate.textContent = away ? (changed ? "would go" : "removed") : changed ? "would stay" : "both stay";
    fate.classList.toggle("goes", away);
  }
  // The others are taken out and not hidden: to hide closed details costs a browser the styles of all that is in them.
  find("pairs").replaceChildren(...shown.map((pair) => pair.entry));
  find("matching").textContent = `${count(shown.length)} of ${count(chosen.length)} pairs that match are listed.`;
  find("more").hidden = shown.length === chosen.length;
  return shown;
}

function showAgain() {
  room = AT_ONCE;
  showPairs();
}

if (pairs.length) {
  document.querySelectorAll(".controls, .slider").forEach((controls) => (controls.hidden = false));
  if (slider) {
    slider.addEventListener("input", () => {
      tellThreshold(Number(slider.value));
      showAgain();
    });
    tellThreshold(built);
  }
  for (const name of ["kind", "source", "order"]) {
    find(name).addEventListener("change", showAgain);
  }
  find("words").addEventListener("input", showAgain);
  find("explorer").addEventListener("submit", (event) => event.preventDefault());
  find("more").addEventListener("click", () => {
    room += AT_ONCE;
    showPairs()[room - AT_ONCE].entry.querySelector("summary").focus();
  });
  showPairs();
}
