/* A countdown goes on in the page's own words: « dans 2 h 14 ». Counted from the server's word, not by the phone's clock. */
(() => {
  "use strict";
  const count = (time) => {
    const [days, hours, minutes, soon, now] = time.dataset.words.split("|");
    const end = Date.now() + time.dataset.left * 1000;
    const tell = () => {
      const left = Math.ceil((end - Date.now()) / 1000);
      const h = Math.floor(left / 3600);
      const m = Math.floor(left / 60) % 60;
      const form = left <= 0 ? now : left < 60 ? soon : !h ? minutes : h < 48 ? hours : days;
      const told = form.replace("{d}", Math.floor(h / 24)).replace("{h}", h).replace("{m}", h ? String(m).padStart(2, "0") : m);
      if (told !== time.textContent) time.textContent = told;
      if (left > 0) setTimeout(tell, 1000);
    };
    tell();
  };
  document.querySelectorAll("[data-left]").forEach(count);
})();
