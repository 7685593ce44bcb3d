/* Portail Famille: what makes the pages pleasanter. Every page works without it; every text comes from the page. */
(() => {
  "use strict";
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const texts = document.body.dataset;

  /* The one live region. */
  const say = (text, alertTone) => {
    const region = document.getElementById("messages");
    if (!region) return;
    const box = document.createElement(alertTone ? "div" : "p");
    if (alertTone) {
      box.className = "alert";
      box.dataset.tone = alertTone;
      const inner = box.appendChild(document.createElement("div"));
      inner.className = "alert-text";
      const word = inner.appendChild(document.createElement("span"));
      word.className = "alert-word";
      word.textContent = texts.word + ". ";
      inner.append(text);
    } else {
      box.className = "sr-only";
      box.textContent = text;
    }
    region.replaceChildren(box);
    if (alertTone) box.scrollIntoView({ block: "nearest" });
  };

  /* "Afficher" on a password. */
  const showReveal = (button) => {
    const input = document.getElementById(button.dataset.reveal);
    if (!input || !button.hidden) return;
    const word = button.querySelector("span");
    const show = word.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      const visible = input.type === "password";
      input.type = visible ? "text" : "password";
      word.textContent = visible ? button.dataset.hide : show;
      button.setAttribute("aria-pressed", visible);
    });
    input.form?.addEventListener("submit", () => { input.type = "password"; });
  };

  /* The strength line: what the server will refuse is said first, then how strong the rest is. */
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const common = /^(.)\1+$|^(?:0?123456789?0?|azerty|qwerty|motdepasse|password|bonjour|soleil|doudou|marseille|portail|famille|cantine)[\d!.]*$/;
  const judge = (value, line) => {
    const { min, own, short, named, common: easy, weak, fair, strong } = line.dataset;
    const low = plain(value);
    const names = own.split(" ").filter(Boolean)
      .flatMap((id) => plain(document.getElementById(id)?.value ?? "").split(/[\s@.'-]+/))
      .filter((name) => name.length > 2);
    if (value.length < Number(min)) return [0, short];
    if (common.test(low)) return [1, easy];
    if (names.some((name) => low.includes(name))) return [1, named];
    const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(value)).length;
    const bits = new Set(value).size * 1.5 + value.length * classes;
    return bits < 36 ? [1, weak] : bits < 60 ? [2, fair] : [3, strong];
  };
  const showStrength = (line) => {
    const input = document.getElementById(line.dataset.strength);
    if (!input) return;
    const [meter, word] = line.children;
    const tell = () => {
      line.hidden = !input.value;
      const [level, text] = judge(input.value, line);
      meter.value = level;
      if (word.textContent !== text) word.textContent = text;
    };
    [input.id, ...line.dataset.own.split(" ")].forEach((id) => document.getElementById(id)?.addEventListener("input", tell));
    tell();
  };

  /* The bar under a planning: how many ticks differ from what is booked, and what they cost. */
  const countChanges = (form) => {
    const text = form.querySelector("[data-count]");
    if (!text) return;
    const { one, many } = text.dataset;
    const start = text.innerHTML;
    const euros = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", signDisplay: "exceptZero" });
    let timer;
    const count = (event) => {
      const changed = [...all("input[type=checkbox]", form)].filter((box) => box.checked !== box.defaultChecked);
      const priced = changed.filter((box) => box.dataset.price);
      const total = priced.reduce((sum, box) => sum + (box.checked ? 1 : -1) * Math.round(box.dataset.price * 100), 0);
      if (!changed.length) text.innerHTML = start;
      else {
        text.textContent = (changed.length > 1 ? many : one).replace("{n}", changed.length);
        if (priced.length) text.append(" · " + euros.format(total / 100));
        if (text.dataset.until) text.append(" · " + text.dataset.until);
      }
      clearTimeout(timer);
      if (event) timer = setTimeout(() => say(text.textContent), 900);
    };
    form.addEventListener("change", count);
    form.addEventListener("reset", () => setTimeout(count));
    addEventListener("pageshow", () => count());
    count();
  };

  /* A confirmation in place; without script the server asks it on a page of its own. */
  const confirmFirst = (form, submitter) => {
    const { confirm, confirmYes, confirmNo } = form.dataset;
    const dialog = document.body.appendChild(document.createElement("dialog"));
    dialog.className = "dialog";
    const title = dialog.appendChild(document.createElement("h2"));
    title.id = "dialog-title";
    title.textContent = confirm;
    dialog.setAttribute("aria-labelledby", title.id);
    const actions = dialog.appendChild(document.createElement("div"));
    actions.className = "actions";
    const add = (label, kind, then) => {
      const button = actions.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = "button " + kind;
      button.textContent = label;
      button.addEventListener("click", () => { dialog.close(); then(); });
    };
    add(confirmYes, "danger" in form.dataset ? "button-danger" : "button-primary", () => {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "1" }));
      form.dataset.confirmed = "1";
      form.requestSubmit(submitter);
    });
    add(confirmNo, "", () => {});
    dialog.addEventListener("close", () => { dialog.remove(); submitter?.focus(); });
    dialog.showModal();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.confirmed) {
      event.preventDefault();
      event.stopPropagation();
      confirmFirst(form, event.submitter);
    } else if (form.method === "post" && form.dataset.sent) {
      event.preventDefault();
    } else if (form.method === "post" && !event.defaultPrevented) {
      form.dataset.sent = "1";
      /* After the browser has read the form, so that the button's own value is sent. */
      setTimeout(() => all("button:not([type=button])", form).forEach((button) => button.setAttribute("aria-disabled", "true")));
    }
  }, true);
  const reopen = (root) => {
    all("form[data-sent]", root).forEach((form) => {
      delete form.dataset.sent;
      delete form.dataset.confirmed;
      all("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  };
  addEventListener("pageshow", () => reopen(document));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-slash]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  /* htmx: a failure is always told; the focus stays where the person was, or goes to the summary of what to correct. */
  let focused;
  document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement?.id; });
  document.addEventListener("htmx:afterSettle", () => {
    start(document);
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  });
  document.addEventListener("htmx:afterRequest", () => reopen(document));
  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 403 ? texts.forbidden : texts.failed, "warn");
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) => document.addEventListener(name, () => say(texts.offline, "warn")));

  const start = (root) => {
    const fresh = (selector, then) => all(selector, root).forEach((element) => {
      if (element.dataset.ready) return;
      element.dataset.ready = "1";
      then(element);
    });
    fresh("[data-reveal]", showReveal);
    fresh("[data-strength]", showStrength);
    fresh("form[data-planning]", countChanges);
    fresh("[data-focus]", (element) => element.focus());
  };
  start(document);
})();
