// The next proposals, loaded ahead with their pictures, so that going on waits for nothing.
const TILES = 14; // pictures of a proposal that are decoded ahead; more do not fit in a window

export class Coming {
  constructor() {
    Object.assign(this, { rows: [], pictures: new Map(), loading: null });
  }

  // Loads what comes behind `data`; `busy` are proposals that are decided but not saved yet. After a jump
  // what was loaded for another place is of no use.
  load(data, busy, { isJump = false } = {}) {
    if (isJump) this.rows = [];
    const mark = {};
    this.mark = mark;
    this.loading = this.fetch(data, busy).then((rows) => {
      if (this.mark !== mark) return;
      this.rows = rows;
      this.isKnown = true;
      this.keepPictures();
    }).catch(() => { if (this.mark === mark) this.isKnown = false; });
    return this.loading;
  }

  async fetch(data, busy) {
    const address = new URL(data.comingUrl + data.search, location.href);
    if (busy.length) address.searchParams.set("not", busy.join(","));
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) throw new Error("not loaded");
    return (await answer.json()).coming;
  }

  keepPictures() {
    const wanted = new Map();
    for (const row of this.rows) {
      for (const url of listPictures(row)) wanted.set(url, this.pictures.get(url) ?? loadPicture(url));
    }
    this.pictures = wanted;
  }

  // The next one, as soon as it is there: null when nothing waits, undefined when nobody knows.
  async take(left) {
    if (!this.rows.length) await this.loading;
    const found = this.rows.findIndex((row) => !left.has(row.id));
    if (found < 0) return this.isKnown ? null : undefined;
    const [row] = this.rows.splice(0, found + 1).slice(-1);
    return row;
  }
}

// What the first look shows: the tiles of both strips, the dropped ones, and the hero as large as it will be.
function listPictures({ images }) {
  const hero = images.find((image) => image.after === 0) ?? images[0];
  const urls = images.filter((image) => !image.unreadable).slice(0, TILES).map((image) => (
    image.before === null && image.after === null ? image.small : image.tile
  ));
  const dropped = images.filter((image) => image.after === null && !image.unreadable).map((image) => image.small);
  return new Set([...urls, ...dropped.slice(0, TILES), ...(hero && !hero.unreadable ? [hero.large] : [])]);
}

function loadPicture(url) {
  const picture = new Image();
  picture.fetchPriority = "low";
  picture.src = url;
  picture.decode().catch(() => {});
  return picture;
}
