// The way in: posts the code that follows the # of the address, or what is typed, and goes on where the visitor was
// headed. What follows the # never leaves the browser by itself: it is in no log and no proxy's memory.

const form = document.getElementById("form");
const field = document.getElementById("given");
const button = form.querySelector("button");
const note = document.getElementById("note");

/** Where to go once inside: a path of this very server, or its first page. */
function wanted() {
  const home = form.dataset.home;
  const asked = new URLSearchParams(location.search).get("to");
  if (!asked?.startsWith("/")) return home;
  const there = new URL(asked, location.origin);
  // With its host, always: a path of its own may begin with two slashes, and would be taken for another host's name.
  return there.origin === location.origin ? there.origin + there.pathname : home;
}

function tell(text, wrong) {
  note.textContent = text;
  note.classList.toggle("wrong", wrong);
  field.setAttribute("aria-invalid", String(wrong));
}

function busy(yes) {
  form.setAttribute("aria-busy", String(yes));
  button.disabled = yes;
  field.readOnly = yes;
}

/** What an invite link ends in, whether the whole of it was pasted or its code alone. */
function codeOf(text) {
  return text.slice(text.lastIndexOf("#") + 1).trim();
}

async function enter(given) {
  busy(true);
  tell(form.dataset.entering, false);
  try {
    const reply = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
    });
    if (reply.ok) {
      location.replace(wanted());
      return;
    }
    const { message } = await reply.json();
    tell(message, true);
  } catch {
    tell(form.dataset.away, true);
  }
  busy(false);
  field.focus();
  field.select();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter(form.dataset.kind === "password" ? { password: field.value } : { code: codeOf(field.value) });
});

function byLink() {
  const code = location.hash.slice(1);
  if (!code) return;
  // Out of sight, and out of the history, before it is used.
  history.replaceState(null, "", location.pathname + location.search);
  enter({ code });
}

addEventListener("hashchange", byLink);
byLink();
