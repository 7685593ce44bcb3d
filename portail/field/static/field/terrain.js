/* The lists on a tablet: the day's lists and the marks kept on the device, the marks sent again in order.

   Two stores: "portail-listes", the names of the day, emptied at sign-out and after the day; "portail-pointages", what
   was touched and is not on the server yet, without any name, emptied by the server's answers alone. */
(() => {
  "use strict";
  const LISTS = "portail-listes", QUEUE = "portail-pointages";
  const STATE = "/terrain/etat/", MARKS = "/terrain/pointages/", AT_ONCE = 100, AGAIN = 15000, TIMEOUT = 8000;
  const root = document.querySelector("[data-file]");
  if (!root || !window.indexedDB || !window.crypto?.subtle) return;
  const isEmptyPage = root.dataset.file === "page";
  const pageUser = Number(root.dataset.user) || null;

  // --- the stores
  const asked = (request) => new Promise((done, refuse) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => refuse(request.error);
  });
  const opened = {};
  const store = (name) => opened[name] ??= new Promise((done, refuse) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("meta");
      if (name === LISTS) request.result.createObjectStore("lists", { keyPath: "id" });
      else request.result.createObjectStore("marks", { keyPath: "n", autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); delete opened[name]; };
      done(request.result);
    };
    request.onerror = () => refuse(request.error);
  });
  const table = async (name, kind, mode = "readonly") => (await store(name)).transaction(kind, mode).objectStore(kind);
  const meta = async (name, key) => asked((await table(name, "meta")).get(key));
  const setMeta = async (name, key, value) => asked((await table(name, "meta", "readwrite")).put(value, key));
  const marks = async () => asked((await table(QUEUE, "marks")).getAll());
  const lists = async () => asked((await table(LISTS, "lists")).getAll());
  const putMark = async (mark) => asked((await table(QUEUE, "marks", "readwrite")).put(mark));
  const dropMark = async (n) => asked((await table(QUEUE, "marks", "readwrite")).delete(n));
  const forgetLists = async () => {
    await asked((await table(LISTS, "lists", "readwrite")).clear());
    await asked((await table(LISTS, "meta", "readwrite")).clear());
  };

  // --- the clock: the server's, as far as it was heard
  const offset = async () => (await meta(QUEUE, "offset")) ?? 0;
  const nextMoment = async () => {
    const last = (await meta(QUEUE, "last")) ?? 0;
    const at = Math.max(Date.now() + (await offset()), last + 1); // two touches never share a moment
    await setMeta(QUEUE, "last", at);
    return new Date(at).toISOString();
  };
  let turn = Promise.resolve();
  const moment = () => (turn = turn.catch(() => {}).then(nextMoment));
  const { zone } = root.dataset; // the town's, whatever the device believes
  const today = async () => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(Date.now() + (await offset()));
  const hourWords = (at) => {
    const [hour, minutes] = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at).split(":");
    return `${Number(hour)} h${minutes === "00" ? "" : " " + minutes}`;
  };

  // --- the token that the server would give to the same touch of the same page: sent both ways, it is one mark
  const bytes = (uuid) => Uint8Array.from(uuid.replaceAll("-", "").match(/../g), (pair) => parseInt(pair, 16));
  const uuidOf = (raw) => {
    const hex = [...raw].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  };
  const uuid5 = async (space, name) => {
    const text = new TextEncoder().encode(name), whole = new Uint8Array(16 + text.length);
    whole.set(bytes(space));
    whole.set(text, 16);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", whole)).slice(0, 16);
    digest[6] = (digest[6] & 0x0f) | 0x50;
    digest[8] = (digest[8] & 0x3f) | 0x80;
    return uuidOf(digest);
  };
  const dashed = (uuid) => uuidOf(bytes(uuid));

  // --- what was touched
  const enqueue = async (touch, { token, state = "waiting" } = {}) => {
    const user = pageUser ?? (await meta(LISTS, "user")) ?? null;
    const mark = { ...touch, token: token ?? crypto.randomUUID(), at: await moment(), user, state };
    await putMark(mark);
    return mark;
  };

  /* The form of a row, touched: what its button says, under the token that the server would have made of it. */
  const touchOf = async (form, button) => {
    const said = new FormData(form), [kind, aimed] = button.value.split(":");
    const child = Number(said.get("child")) || null, guest = said.get("guest") ? dashed(said.get("guest")) : null;
    const target = aimed ? dashed(aimed) : null;
    const told = [kind, target ?? "None", "None", "", child ?? "None", guest ?? "None"].join("|");
    const session = Number(form.action.match(/listes\/(\d+)\//)[1]);
    return [{ session, child, guest, kind, target }, { token: await uuid5(said.get("token"), told) }];
  };

  // --- sending
  let mode = "online", waits = 0, leaving = false;
  class NoNetwork extends Error {}
  const ask = async (url, options = {}) => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), TIMEOUT);
    try {
      return await fetch(url, { cache: "no-store", credentials: "same-origin", redirect: "error", signal: stop.signal, ...options });
    } catch {
      throw new NoNetwork();
    } finally {
      clearTimeout(timer);
    }
  };

  const noNetwork = (error, answer) => {
    if (!(error instanceof NoNetwork)) throw error;
    mode = "offline";
    return answer;
  };

  /* Who is signed in, the server's clock, the day's lists: null when the network or the session is not there. */
  const hear = async () => {
    let answer;
    const before = Date.now();
    try {
      answer = await ask(STATE);
    } catch (error) {
      return noNetwork(error, null);
    }
    if (answer.status === 401) { mode = "signed-out"; return null; }
    if (answer.status === 403 || answer.status === 404) { await forgetLists(); mode = "stranger"; return null; }
    if (!answer.ok) { mode = "offline"; return null; }
    const state = await answer.json(), after = Date.now();
    await setMeta(QUEUE, "offset", Date.parse(state.now) - (before + after) / 2);
    mode = "online";
    return state;
  };

  const keepLists = async (state) => {
    if ((await meta(LISTS, "user")) !== state.user || (await meta(LISTS, "day")) !== state.day) await forgetLists();
    if (leaving) return;
    await setMeta(LISTS, "user", state.user);
    await setMeta(LISTS, "day", state.day);
    const kept = new Map((await lists()).map((list) => [list.id, list]));
    for (const id of state.sessions) {
      const answer = await ask(`/terrain/listes/${id}/donnees/?v=${encodeURIComponent(kept.get(id)?.v ?? "")}`);
      const list = answer.status === 200 && (await answer.json()); // read before the store opens: it closes by itself
      const names = await table(LISTS, "lists", "readwrite");
      if (leaving) return;
      if (list) await asked(names.put(list));
      if (answer.status === 200 || answer.status === 204) await forgetSent(id);
      kept.delete(id);
    }
    for (const id of kept.keys()) await asked((await table(LISTS, "lists", "readwrite")).delete(id));
    const told = new Set(state.sessions);
    for (const mark of await marks()) if (mark.state === "sent" && !told.has(mark.session)) await dropMark(mark.n);
  };

  /* A mark that the server has goes once the list that holds it was read again. */
  const forgetSent = async (session) => {
    for (const mark of await marks()) if (mark.state === "sent" && mark.session === session) await dropMark(mark.n);
  };

  const sendSome = async (some, csrf) => {
    const body = JSON.stringify({
      now: new Date(Date.now() + (await offset())).toISOString(),
      device: root.dataset.device || "",
      marks: some.map(({ token, session, child, guest, kind, at, target, text }) => ({ token, session, child, guest, kind, at, target, text })),
    });
    const answer = await ask(MARKS, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf } });
    if (!answer.ok) { mode = answer.status === 401 ? "signed-out" : "offline"; return false; }
    const said = new Map((await answer.json()).marks.map((one) => [one.token, one]));
    for (const mark of some) {
      const one = said.get(mark.token);
      if (!one) continue;
      await putMark(one.status === "refused" ? { ...mark, state: "refused", reason: one.reason } : { ...mark, state: "sent" });
    }
    return true;
  };

  /* Everything that waits, oldest first. A cut in the middle leaves the rest; what was sent twice is one mark. */
  const sendAll = async () => {
    const state = await hear();
    if (!state) return false;
    const waiting = (await marks()).filter((mark) => mark.state === "waiting" && mark.user === state.user);
    try {
      for (let n = 0; n < waiting.length; n += AT_ONCE) {
        if (!(await sendSome(waiting.slice(n, n + AT_ONCE), state.csrf))) return false;
      }
      await keepLists(state);
    } catch (error) {
      return noNetwork(error, false);
    }
    await setMeta(QUEUE, "saved", Date.now() + (await offset()));
    return waiting.length;
  };
  let busy = Promise.resolve();
  const alone = (work) => (navigator.locks ? navigator.locks.request(QUEUE, work) : work());
  const send = () => (busy = busy.catch(() => {}).then(() => alone(sendAll)).then(shown));

  const shown = async (sent) => {
    await tell();
    if (sent === false) return;
    if (isEmptyPage) {
      location.replace(location.pathname === root.dataset.here ? "/terrain/" : location.href);
    } else if (sent && document.getElementById("liste") && window.htmx) {
      htmx.ajax("GET", location.pathname + location.search, { target: "#liste", swap: "outerHTML" });
    }
  };

  // --- what is told
  const make = (parent, tag, className, text = "") =>
    parent.appendChild(Object.assign(document.createElement(tag), { className, textContent: text }));
  const link = (parent, href, text) => Object.assign(make(parent, "a", "", text), { href });
  const many = (count, one, more) => `${count} ${count > 1 ? more : one}`;

  const tell = async () => {
    const all = await marks(), user = pageUser ?? (await meta(LISTS, "user"));
    const waiting = all.filter((mark) => mark.state === "waiting");
    waits = waiting.length;
    const others = waiting.filter((mark) => mark.user !== user), refused = all.filter((mark) => mark.state === "refused");
    const saved = await meta(QUEUE, "saved"), skew = await offset();
    root.textContent = "";
    const box = make(root, "div", "alert");
    box.dataset.tone = waiting.length ? "warn" : mode === "online" ? "ok" : "calm";
    const line = make(box, "p", "alert-text");
    const parts = [];
    if (mode === "offline") parts.push("Sans réseau");
    if (waiting.length) parts.push(many(waiting.length, "pointage en attente d'envoi", "pointages en attente d'envoi"));
    else if (saved) parts.push(`tout est enregistré à ${hourWords(new Date(saved))}`);
    const text = parts.join(" · ");
    line.textContent = text && `${text[0].toUpperCase()}${text.slice(1)}. `;
    if (mode === "signed-out") {
      line.append(waiting.length ? "Ils partiront dès que vous serez connecté : " : "Vous n'êtes plus connecté : ");
      link(line, `/connexion/?next=${encodeURIComponent("/terrain/")}`, "se connecter");
    } else if (others.length) {
      line.append(`${many(others.length, "pointage est d'une autre personne, qui doit", "pointages sont d'une autre personne, qui doit")} se connecter sur cet appareil pour l'envoyer.`);
    }
    if (Math.abs(skew) >= 120000) {
      line.append(` L'horloge de cet appareil ${skew < 0 ? "avance" : "retarde"} de ${Math.round(Math.abs(skew) / 60000)} minutes : les heures sont corrigées.`);
    }
    if (refused.length) await tellRefused(refused);
    box.hidden = !line.textContent;
  };

  const tellRefused = async (refused) => {
    const names = await knownNames(), box = make(root, "section", "card");
    make(box, "h2", "", many(refused.length, "pointage n'a pas été pris", "pointages n'ont pas été pris"));
    const list = make(box, "ul", "lined");
    for (const mark of refused) {
      const item = make(list, "li", "spread");
      const name = names.get(mark.child ?? mark.guest) ?? mark.text ?? "Un enfant";
      make(item, "span", "", `${name}, ${WORDS[mark.kind] ?? "pointage"} à ${hourWords(new Date(mark.at))} : ${mark.reason}`);
      make(item, "button", "button", "C'est noté").addEventListener("click", async () => { await dropMark(mark.n); await tell(); });
    }
  };
  const WORDS = { present: "présent", absent: "absent", arrived: "arrivé", left: "parti", unexpected: "inattendu", undo: "annulation", note: "note" };
  const knownNames = async () => new Map((await lists()).flatMap((list) => list.rows.map((row) => [row.who, row.name])));

  // --- a list, as the device knows it: what the server said, then what was touched since
  const after = (found, mark) => {
    if (mark.kind === "undo") return mark.target === found.last ? found.before ?? { presence: "waited" } : found;
    if (mark.kind === "note") return found;
    const before = mark.target && mark.target === found.last ? found.before : found;
    const hour = hourWords(new Date(mark.at)), next = { last: mark.token, before, unexpected: found.unexpected, sent: mark.state === "sent" };
    if (mark.kind === "absent") return { ...next, presence: "absent" };
    if (mark.kind === "left") return { ...next, presence: "left", arrived: found.arrived, left: hour };
    const arrived = mark.kind === "present" ? found.arrived : hour;
    return { ...next, presence: "present", arrived, unexpected: found.unexpected || mark.kind === "unexpected" };
  };
  const rowsOf = async (list) => {
    const touched = (await marks()).filter((mark) => mark.session === list.id && mark.state !== "refused").sort((a, b) => (a.at < b.at ? -1 : 1));
    const rows = list.rows.map((row) => ({ ...row }));
    for (const mark of touched) {
      const who = mark.child ?? mark.guest;
      let row = rows.find((one) => one.who === who);
      if (!row) rows.push((row = { who, is_guest: !mark.child, name: mark.text || "Un enfant", group: "", state: { presence: "waited" }, is_expected: false }));
      row.state = after(row.state, mark);
      row.waits ||= mark.state === "waiting";
    }
    return rows;
  };
  const buttons = ({ presence, last }, hours) => {
    const here = hours ? "arrived" : "present", against = last ?? null;
    if (presence === "present") return [["undo", "Présent", last, true], ["left", "Parti"]];
    if (presence === "left") return [["present", "Revenu", against], ["undo", "Parti", last, true]];
    if (presence === "absent") return [[here, "Présent", against], ["undo", "Absent", last, true]];
    return [[here, "Présent"], ["absent", "Absent"]];
  };

  const badge = (parent, tone, text) => { make(parent, "span", "badge", text).dataset.tone = tone; };
  const drawRow = (ul, list, row) => {
    const { state } = row, item = make(ul, "li", "spread");
    item.id = `e${row.who}`;
    const head = make(item, "div", "");
    make(head, "span", "strong", row.name);
    const hours = state.arrived && state.left ? `${state.arrived} à ${state.left}` : state.arrived ? `dès ${state.arrived}` : state.left ? `jusqu'à ${state.left}` : "";
    head.append(" ");
    make(head, "small", "", [row.group, hours].filter(Boolean).join(" "));
    if (row.is_absent) badge(head, "warn", "Absence signalée");
    if (!row.is_booked) badge(head, "info", row.is_guest ? "Sans dossier" : "Inattendu");
    for (const word of row.care ?? []) badge(head, "bad", word);
    if (row.in_conflict) badge(head, "bad", "Avis différents");
    if (row.waits) badge(head, "calm", "À envoyer");
    const row_ = make(item, "div", "row");
    for (const [kind, word, target, isOn] of buttons(state, list.keeps_hours)) {
      const button = make(row_, "button", isOn ? "button button-primary" : "button", word);
      if (isOn) button.setAttribute("aria-pressed", "true");
      make(button, "span", "sr-only", ` : ${row.name}`);
      button.addEventListener("click", async () => {
        await enqueue({ session: list.id, child: row.is_guest ? null : row.who, guest: row.is_guest ? row.who : null, kind, target: target ?? null });
        await drawList(list.id, `e${row.who}`, word);
        send();
      });
    }
  };
  const count = (rows) => {
    const is = (presence) => rows.filter((row) => row.state.presence === presence).length;
    const waited = rows.filter((row) => row.is_expected && row.state.presence === "waited").length;
    return `${many(is("present"), "présent", "présents")} · ${many(is("left"), "parti", "partis")} · ${many(is("absent"), "absent", "absents")} · ${waited} à pointer`;
  };

  const page = document.querySelector("[data-page]");
  const title = (text, lede) => {
    page.textContent = "";
    const head = make(make(page, "div", "page-head"), "div", "");
    make(head, "h1", "", text);
    if (lede) make(head, "p", "lede", lede);
  };
  const drawList = async (id, focus, word) => {
    const list = (await lists()).find((one) => one.id === id);
    if (!list) return drawHome();
    title(list.service, `${list.place} · ${list.hours}, sans réseau`);
    link(make(page, "p", ""), "/terrain/", "Mes listes");
    const rows = await rowsOf(list), ul = make(page, "ul", "lined card");
    rows.forEach((row) => drawRow(ul, list, row));
    addGuest(list);
    make(make(page, "div", "bar"), "p", "bar-text", count(rows));
    await tell();
    const touched = focus && [...document.getElementById(focus).querySelectorAll("button")];
    if (touched) (touched.find((button) => button.firstChild.textContent === word) ?? touched[0]).focus();
  };
  let typed = ""; // the list is drawn again at each touch: what is being written stays
  const addGuest = (list) => {
    const form = make(page, "form", "card form-card"), field = make(form, "div", "field");
    Object.assign(make(field, "label", "label", "Un enfant est là sans être sur la liste : son nom"), { htmlFor: "inattendu" });
    const input = Object.assign(make(field, "input", "input"), { id: "inattendu", maxLength: 100, required: true, autocomplete: "off", value: typed });
    input.addEventListener("input", () => { typed = input.value; });
    make(make(form, "div", "actions"), "button", "button", "L'ajouter");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = input.value.trim(), token = crypto.randomUUID();
      if (!text) return;
      typed = "";
      await enqueue({ session: list.id, guest: token, kind: "unexpected", text }, { token });
      await drawList(list.id, `e${token}`, "Présent");
      send();
    });
  };
  const drawHome = async () => {
    const kept = await lists();
    title("Mes listes", "Sans réseau : ce que vous pointez est gardé sur cet appareil et partira dès que le réseau revient.");
    if (!kept.length) {
      make(make(page, "div", "card"), "p", "", "Aucune liste n'est gardée sur cet appareil. Ouvrez vos listes une fois avec le réseau, le matin, et elles resteront jusqu'au soir.");
    }
    const ul = kept.length && make(page, "ul", "links lined card");
    for (const list of kept) link(make(ul, "li", ""), `/terrain/listes/${list.id}/`, `${list.service}, ${list.place}, ${list.hours}`);
    await tell();
  };
  const drawPage = () => {
    const asked = location.pathname.match(/^\/terrain\/listes\/(\d+)\//);
    return asked ? drawList(Number(asked[1])) : drawHome();
  };

  // --- on the server's own pages: a touch that cannot reach the server joins the queue
  const showTouched = async (form, button) => {
    const item = form.closest("li");
    if (!item || item.querySelector("[data-waits]")) return;
    const head = item.firstElementChild;
    make(head, "span", "badge", `${button.textContent.split(" : ")[0].trim()}, à envoyer`).dataset.tone = "calm";
    head.lastElementChild.dataset.waits = "";
  };
  const take = async (form, button) => {
    await enqueue(...(await touchOf(form, button)));
    await showTouched(form, button);
    await tell();
    send();
  };
  const touched = (event) => {
    const asker = event.detail.requestConfig?.elt ?? event.detail.elt; // the row may be gone already
    const form = asker?.closest?.("form[hx-post$='pointer/']");
    const button = form && pressed.get(form);
    return button ? [form, button] : null;
  };
  const pressed = new WeakMap();
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("form[hx-post$='pointer/'] button");
    if (button) pressed.set(button.form, button);
  }, true);
  document.addEventListener("htmx:configRequest", (event) => { if (touched(event)) event.detail.timeout = TIMEOUT; });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const found = touched(event);
    if (!found || (navigator.onLine && !waits && mode !== "offline")) return;
    event.preventDefault(); // others wait already, or there is no network: it goes after them
    take(...found);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const found = touched(event);
      if (!found && event.target.id !== "liste") return;
      event.stopImmediatePropagation(); // told at the top of the page
      mode = "offline";
      if (found) take(...found);
      else tell();
    }, true);
  }
  /* "Les autres sont là", without network: a mark for each of whom nothing was said. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.action?.includes("/presents/") || (navigator.onLine && !waits && mode !== "offline")) return;
    event.preventDefault();
    delete form.dataset.sent;
    for (const row of document.querySelectorAll("#liste li form[hx-post$='pointer/']")) {
      const [first] = row.querySelectorAll("button"), item = row.closest("li");
      const isWaited = /^(present|arrived)$/.test(first.value) && !item.querySelector("[data-waits]");
      if (isWaited && !item.textContent.includes("Absence signalée")) take(row, first);
    }
  });
  /* A touch that reached the server is remembered until the list is read again: the network may go before. */
  let soon;
  document.addEventListener("htmx:afterRequest", async (event) => {
    const found = touched(event);
    if (!found || event.detail.xhr.status !== 200 || event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    const [touch, known] = await touchOf(...found);
    await enqueue(touch, { ...known, state: "sent" });
    clearTimeout(soon);
    soon = setTimeout(send, 2000);
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const found = touched(event);
    if (found && event.detail.xhr.getResponseHeader("HX-Redirect")) { // the session ended: the touch is kept, then we sign in
      event.preventDefault();
      mode = "signed-out";
      take(...found);
    }
  });

  // --- leaving: the names first, then the session; what is being read meanwhile is not kept
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.action?.endsWith("/deconnexion/") || event.defaultPrevented) return;
    event.preventDefault();
    leaving = true;
    await forgetLists().catch(() => {});
    form.submit();
  });

  // --- beginning
  const begin = async () => {
    if ((await meta(LISTS, "day")) && (await meta(LISTS, "day")) !== (await today())) await forgetLists();
    if (pageUser && (await meta(LISTS, "user")) && (await meta(LISTS, "user")) !== pageUser) await forgetLists();
    if (isEmptyPage) { mode = "offline"; await drawPage(); }
    await tell();
    await send();
  };
  navigator.serviceWorker?.register("/terrain/sw.js", { scope: "/terrain/" }).catch(() => {});
  addEventListener("online", send);
  addEventListener("offline", async () => { mode = "offline"; await tell(); });
  setInterval(() => { if (waits || isEmptyPage || mode !== "online") send(); }, AGAIN);
  setInterval(send, 5 * 60000);
  begin();
})();
