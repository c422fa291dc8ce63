// A form with a file is sent with a bar: how much is there, how long it takes, a way to stop. Without a script, or
// if the page is too old for this, the browser sends it as ever.
import { gettext, ngettext, writeNumber } from "./texts.js";

const PERHAPS = () => gettext("The file was sent, and may have been taken: load this page again and look at the list. Sent once more, it is taken once.");
const MB = 1e6;
const TELLS_AFTER_S = 2; // before that the rate is a guess

export function describeUpload({ loaded, total, seconds }) {
  const places = total < 10 * MB ? 1 : 0;
  const words = gettext("{sent} of {all} MB", { sent: writeNumber(loaded / MB, places), all: writeNumber(total / MB, places) });
  if (seconds < TELLS_AFTER_S || !loaded) return words;
  const left = Math.ceil(((total - loaded) * seconds) / loaded);
  const minutes = Math.ceil(left / 60);
  const time = left < 90
    ? ngettext("about {count} second left", "about {count} seconds left", left)
    : ngettext("about {count} minute left", "about {count} minutes left", minutes);
  return `${words}, ${time}`;
}

class Upload {
  constructor(form) {
    const find = (name) => form.querySelector(`[data-upload="${name}"]`);
    Object.assign(this, { form, state: find("state"), bar: find("bar"), words: find("words"), heard: find("heard"), trouble: find("trouble") });
    this.button = form.querySelector('button[type="submit"]');
    form.addEventListener("submit", (event) => this.start(event));
    find("cancel").addEventListener("click", () => this.request?.abort());
    window.addEventListener("beforeunload", (event) => this.request && event.preventDefault());
    window.addEventListener("pageshow", () => this.request || this.show(false));
  }

  start(event) {
    event.preventDefault();
    if (this.request) return;
    const request = new XMLHttpRequest();
    const began = performance.now();
    this.request = request;
    this.isWhole = false;
    this.bar.value = 0;
    this.words.textContent = "";
    this.complain("");
    this.show(true);
    this.heard.textContent = gettext("The file is being sent");
    request.upload.addEventListener("progress", ({ loaded, total }) => this.tell(loaded, total, (performance.now() - began) / 1000));
    request.addEventListener("load", () => this.finish(request));
    request.addEventListener("error", () => this.end(this.isWhole ? PERHAPS() : gettext("The connection broke before the file was whole. Nothing was taken: send it again.")));
    request.addEventListener("abort", () => this.end(this.isWhole ? PERHAPS() : "", gettext("Cancelled. Nothing was taken.")));
    request.open("POST", this.form.action);
    request.send(new FormData(this.form));
  }

  tell(loaded, total, seconds) {
    if (loaded < total) {
      this.bar.value = loaded / total;
      this.words.textContent = describeUpload({ loaded, total, seconds });
      return;
    }
    this.isWhole = true;
    this.bar.removeAttribute("value"); // sent; how long keeping it takes is not known
    this.words.textContent = this.heard.textContent = gettext("Sent. It is being kept …");
  }

  // The server leads to the page of what was begun, or says what is wrong with the form.
  finish(request) {
    if (request.status < 300 && request.responseURL && request.responseURL !== this.form.action) {
      this.request = null;
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const said = page.querySelector('[data-upload="trouble"]:not([hidden]) span')?.textContent;
    this.end(said || gettext("The file was not taken: the server answered with status {status}. Nothing was changed.", { status: request.status }));
  }

  end(trouble, heard = "") {
    this.request = null;
    this.show(false);
    this.complain(trouble);
    this.heard.textContent = trouble ? "" : heard;
    this.button.focus();
  }

  complain(words) {
    this.trouble.hidden = !words;
    this.trouble.querySelector("span").textContent = words;
  }

  show(isSending) {
    this.state.hidden = !isSending;
    for (const part of this.form.querySelectorAll(".form-end > :not([data-upload])")) part.inert = isSending;
    if (isSending) this.state.querySelector("button").focus();
  }
}

for (const form of document.querySelectorAll("form[data-uploads]")) new Upload(form);
