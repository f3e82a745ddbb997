// What pages do beyond links and forms. Everything works without this file; it only saves clicks.

// A form whose choices count at once: <form data-send-on-change>.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form) form.requestSubmit();
});

// Fields that count only with a switch: <fieldset data-needs="#switch"> stays grey without it.
// "#box" is a check box or radio button; several are joined by blanks, all are needed.
function greyOut(root) {
  for (const part of root.querySelectorAll("[data-needs]")) {
    const given = part.dataset.needs.split(" ").every((id) => {
      const box = document.querySelector(id);
      return box !== null && box.checked && !box.disabled;
    });
    part.disabled = !given;
    part.classList.toggle("grey", !given);
  }
}
function greyOutAll() {
  // Twice: a switch may itself lie in a part that has just become grey.
  greyOut(document);
  greyOut(document);
}
document.addEventListener("change", greyOutAll);
document.addEventListener("DOMContentLoaded", greyOutAll);
document.addEventListener("htmx:after:swap", greyOutAll);

// A tree of check boxes, <ul data-tree>: a box stands for all below it. What the server says in
// data-some and data-whole is said again when the numbers change.
document.addEventListener("change", (event) => {
  const box = event.target, tree = box.closest("[data-tree]");
  if (tree === null || box.type !== "checkbox") return;
  for (const below of box.closest("li").querySelectorAll("input")) below.checked = box.checked;
  if (!box.checked) {
    for (let li = box.closest("li"); li && tree.contains(li); li = li.parentElement.closest("li")) {
      li.querySelector("input").checked = false;
    }
  }
  countTree(tree);
});
function countTree(tree, isFirst) {
  for (const details of tree.querySelectorAll("details")) {
    const own = details.parentElement.querySelector("input"), counts = countBoxes(details);
    own.indeterminate = counts[0] > 0 && !own.checked;
    if (isFirst) continue;
    const text = own.checked ? tree.dataset.whole : tree.dataset.some;
    details.querySelector("summary").textContent = sayCounts(text, counts);
  }
}
function countBoxes(root) {
  const boxes = [...root.querySelectorAll("input[name=product], input[name=classification]")];
  return [boxes.filter((one) => one.checked).length, boxes.length];
}
function sayCounts(text, counts) {
  const [chosen, all] = counts.map((n) => n.toLocaleString(document.documentElement.lang));
  return text.replace("{chosen}", chosen).replace("{all}", all);
}
// <p data-total-of="#part" data-some="…"> tells how many boxes of a part are ticked.
document.addEventListener("change", (event) => {
  for (const total of document.querySelectorAll("[data-total-of]")) {
    const part = event.target.closest(total.dataset.totalOf);
    if (part) total.textContent = sayCounts(total.dataset.some, countBoxes(part));
  }
});

// Typing into <input data-narrows="#tree"> leaves the boxes whose words contain what is typed.
document.addEventListener("input", (event) => {
  const narrows = event.target.dataset.narrows, tree = narrows && document.querySelector(narrows);
  if (!tree) return;
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  const narrow = (list, isInside) => {
    let found = false;
    for (const li of list.children) {
      const text = li.querySelector("label").textContent.toLowerCase();
      const isHit = words.every((word) => text.includes(word));
      const details = li.querySelector("details");
      const isBelow = details !== null && narrow(details.querySelector("ul"), isInside || isHit);
      if (details !== null) {
        details.dataset.was ??= details.open ? "open" : "closed";
        details.open = words.length > 0 ? isBelow : details.dataset.was === "open";
        if (words.length === 0) delete details.dataset.was;
      }
      li.hidden = !(isHit || isBelow || isInside);
      found ||= isHit || isBelow;
    }
    return found;
  };
  const found = narrow(tree, false);
  const nothing = document.querySelector(`[data-nothing-found="${narrows}"]`);
  if (nothing) nothing.hidden = found;
});
document.addEventListener("DOMContentLoaded", () => {
  for (const tree of document.querySelectorAll("[data-tree]")) countTree(tree, true);
});

// A second click sends nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Keyboard: / search, j next, k previous, ? help. Lists mark their rows with data-row.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const act = { "/": toSearch, j: () => toRow(1), k: () => toRow(-1), "?": toHelp }[event.key];
  if (act && act()) event.preventDefault();
});
function toSearch() {
  const box = document.querySelector("[data-search]");
  if (box) box.focus();
  else location.assign("/console/updates#search");
  return true;
}
function toRow(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(document.activeElement.closest("[data-row]"));
  const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  (row.querySelector("a, button") ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}
function toHelp() {
  if (document.querySelector("a[href='/console/help']")) location.assign("/console/help");
  return true;
}
