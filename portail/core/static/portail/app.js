/* Portail Famille: what makes the pages pleasanter. Every page works without it; every text comes from the page. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const make = (parent, tag, className, text = "") =>
    parent.appendChild(Object.assign(document.createElement(tag), { className, textContent: text }));
  const texts = document.body.dataset;

  /* The one live region: a count is only heard, a failure is also seen. */
  const say = (text, failed) => {
    const region = byId("messages");
    region.textContent = "";
    if (!failed) return make(region, "p", "sr-only", text);
    const box = make(region, "div", "alert");
    box.dataset.tone = "warn";
    const inner = make(box, "p", "alert-text");
    make(inner, "span", "alert-word", texts.word + ". ");
    inner.append(text);
    box.scrollIntoView({ block: "nearest" });
  };

  /* "Afficher" on a password. */
  const showReveal = (button) => {
    const input = byId(button.dataset.reveal);
    const word = button.querySelector("span");
    const show = word.textContent;
    const set = (visible) => {
      input.type = visible ? "text" : "password";
      word.textContent = visible ? button.dataset.hide : show;
    };
    button.hidden = false;
    button.addEventListener("click", () => set(input.type === "password"));
    input.form?.addEventListener("submit", () => set(false));
  };

  /* The strength line: first what the server will refuse, then how strong the rest is. */
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const common = /^(.)\1+$|^(0?1234567890?|azerty(uiop)?|qwerty(uiop)?|motdepasse|password|bonjour|soleil|portail|famille|cantine)[\d!.]*$/;
  const judge = (value, { min, own, short, named, common: easy, weak, fair, strong }) => {
    const low = plain(value);
    const names = own.split(" ").flatMap((id) => plain(byId(id)?.value ?? "").split(/[\s@.'-]+/));
    if (value.length < min) return [0, short];
    if (common.test(low)) return [1, easy];
    if (names.some((name) => name.length > 2 && low.includes(name))) return [1, named];
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(value)).length;
    const score = new Set(value).size * 1.5 + value.length * kinds;
    return score < 36 ? [1, weak] : score < 60 ? [2, fair] : [3, strong];
  };
  const showStrength = (line) => {
    const input = byId(line.dataset.strength);
    const [meter, word] = line.children;
    const tell = () => {
      line.hidden = !input.value;
      [meter.value, word.textContent] = judge(input.value, line.dataset);
    };
    [input, ...line.dataset.own.split(" ").map(byId)].forEach((field) => field?.addEventListener("input", tell));
    tell();
  };

  /* The bar under a planning: how many ticks differ from what is booked, and what they cost. */
  const countChanges = (form) => {
    const bar = form.querySelector("[data-count]");
    const { one, many, until } = bar.dataset;
    const start = bar.textContent;
    const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", signDisplay: "exceptZero" });
    const euros = (sum) => money.format(sum).replace("-", "−\u00a0").replace("+", "+\u00a0");
    let timer;
    const count = (event) => {
      const changed = all("input[type=checkbox]", form).filter((box) => box.checked !== ("booked" in box.dataset));
      const priced = changed.filter((box) => box.dataset.price);
      const cents = priced.reduce((sum, box) => sum + (box.checked ? 1 : -1) * Math.round(box.dataset.price * 100), 0);
      const told = (changed.length > 1 ? many : one).replace("{n}", changed.length);
      bar.textContent = changed.length ? [told, priced.length && euros(cents / 100), until].filter(Boolean).join(" · ") : start;
      clearTimeout(timer);
      if (event) timer = setTimeout(() => say(bar.textContent), 900);
    };
    form.addEventListener("change", count);
    form.addEventListener("reset", () => setTimeout(count));
    addEventListener("pageshow", () => count());
  };

  /* A confirmation in place; without script the server asks it on a page of its own. */
  const ask = (form, submitter) => {
    const { confirm, confirmYes, confirmNo, danger } = form.dataset;
    const dialog = make(document.body, "dialog", "dialog");
    make(dialog, "h2", "", confirm).id = "dialog-title";
    dialog.setAttribute("aria-labelledby", "dialog-title");
    const actions = make(dialog, "div", "actions");
    const yes = make(actions, "button", danger === undefined ? "button button-primary" : "button button-danger", confirmYes);
    const no = make(actions, "button", "button", confirmNo);
    no.onclick = () => dialog.close();
    yes.onclick = () => {
      Object.assign(make(form, "input", ""), { type: "hidden", name: "confirmed", value: "1" });
      form.dataset.agreed = "";
      dialog.close();
      form.requestSubmit(submitter);
    };
    dialog.addEventListener("close", () => { dialog.remove(); submitter?.focus(); });
    dialog.showModal();
  };

  /* A form is sent once; it opens again when its answer has come or when the page is shown again. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const { confirm, agreed, sent } = form.dataset;
    if (form.method !== "post") return;
    const asks = confirm && agreed === undefined;
    if (asks || sent !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      if (asks) ask(form, event.submitter);
      return;
    }
    form.dataset.sent = "";
    all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
  }, true);
  const reopen = () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    delete form.dataset.agreed;
    all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  });
  addEventListener("pageshow", reopen);

  document.addEventListener("keydown", (event) => {
    const box = document.querySelector("[data-slash]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || !box || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    box.select();
  });

  /* htmx: a failure is always told; the focus stays, or goes to the summary of what to correct. */
  let focused;
  const listen = (name, then) => document.addEventListener("htmx:" + name, then);
  listen("beforeSwap", () => { focused = document.activeElement.id; });
  listen("afterSettle", () => {
    start();
    if (focused && document.activeElement === document.body) byId(focused)?.focus();
  });
  listen("afterRequest", reopen);
  listen("responseError", ({ detail }) => say(detail.xhr.status === 403 ? texts.forbidden : texts.failed, true));
  listen("sendError", () => say(texts.offline, true));
  listen("timeout", () => say(texts.offline, true));

  const start = () => Object.entries({
    "[data-reveal]": showReveal,
    "[data-strength]": showStrength,
    "form[data-planning]": countChanges,
    "[data-focus]": (element) => element.focus(),
    "[data-print]": (button) => { button.hidden = false; button.onclick = () => print(); },
  }).forEach(([selector, then]) => all(selector + ":not([data-ready])").forEach((element) => {
    element.dataset.ready = "";
    then(element);
  }));
  start();
})();
