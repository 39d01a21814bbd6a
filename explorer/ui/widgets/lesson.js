// LessonPictures: where pictures of a lesson are dropped, pasted or chosen, or taken with a camera or from what other tabs
// show, with what may be said of each. They are made small here and leave the browser only with the press of Teach:
// `explorer.lesson` puts them among that event's inputs. It fires `changed` when there are others.

import { Widget, html, make, write } from './widget.js';

const SIDE = 640; // pixels of the longer side: models draw 128 to 1024
const QUALITY = 0.92;

async function small(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = make('canvas', '', '', { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL(scale < 1 ? 'image/jpeg' : 'image/png', QUALITY);
}

export default class LessonPictures extends Widget {
  static styles = ['lesson'];
  static events = ['changed'];
  static template = html`
<label class="lesson-drop" data-part="drop"><input type="file" accept="image/*" multiple data-part="input" data-name="add"><span data-say="add"></span></label>
<div class="lesson-others" data-part="others" data-name="others" role="group" hidden></div>
<div class="lesson-camera" data-part="camera"><button type="button" data-part="on" data-say="camera"></button><video data-part="video" autoplay muted playsinline hidden></video><button type="button" data-part="shoot" data-say="shoot" hidden></button><button type="button" data-part="off" data-say="off" hidden></button></div>
<p class="lesson-said" data-part="said" role="status"></p>
<ul class="lesson-list" data-part="list" data-name="list"></ul>`;

  begin(props) {
    super.begin(props);
    this.className = 'lesson';
    this.pictures = [];
    write(this.said, '');
    this.camera.hidden = !navigator.mediaDevices?.getUserMedia; // none over plain http
    this.on.addEventListener('click', () => this.film());
    this.shoot.addEventListener('click', () => this.take([this.video]));
    this.off.addEventListener('click', () => this.unfilm());
    this.input.addEventListener('change', () => {
      this.take([...this.input.files]);
      this.input.value = '';
    });
    for (const kind of ['dragenter', 'dragover']) this.addEventListener(kind, (event) => this.over(event, true));
    this.addEventListener('dragleave', (event) => this.over(event, false));
    this.addEventListener('drop', (event) => {
      this.over(event, false);
      this.take([...event.dataTransfer.files]);
    });
    this.addEventListener('paste', (event) => this.take([...event.clipboardData.files]));
    explorer.lesson = ([, ...others]) => [{ pictures: this.pictures.map(({ picture, caption }) => ({ picture, caption })) }, ...others];
  }

  connectedCallback() {
    super.connectedCallback();
    this.ends = new AbortController();
    const due = () => (this.offsetParent ? this.seen() : this.unfilm());
    addEventListener('due', due, { signal: this.ends.signal }); // this tab, too, is due when it is opened
    this.seen();
  }

  disconnectedCallback() {
    this.ends.abort();
    this.unfilm();
  }

  async film() {
    write(this.said, '');
    try {
      this.video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
    } catch {
      write(this.said, this.say('refused'));
      return;
    }
    this.filming(true);
    if (!this.offsetParent) this.unfilm(); // the visitor has gone on before it was allowed
  }

  unfilm() {
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
    this.filming(false);
  }

  filming(is) {
    for (const node of [this.video, this.shoot, this.off]) node.hidden = !is;
    this.on.hidden = is;
  }

  // A button with the picture in sight for each of the other tabs that shows an exact one.
  seen() {
    const views = [...document.querySelectorAll('[role=tabpanel] [data-film]')];
    const others = views.filter((view) => view.saved && !view.closest('[role=tabpanel]').contains(this));
    this.others.hidden = !others.length;
    this.others.replaceChildren(make('span', '', this.say('others')), ...others.map((view) => this.other(view.saved, view.called)));
  }

  other(address, name) {
    const button = make('button', 'lesson-other', '', { type: 'button', title: name });
    button.setAttribute('aria-label', this.say('other', { name }));
    button.append(make('img', '', '', { src: address, alt: '' }));
    button.addEventListener('click', async () => {
      const answer = await fetch(address).catch(() => null);
      await this.take([answer?.ok ? new File([await answer.blob()], name) : new File([], name)]);
    });
    return button;
  }

  // What is dropped here is no file to open: see opening.js.
  over(event, is) {
    event.preventDefault();
    event.stopPropagation();
    this.drop.classList.toggle('lesson-over', is);
  }

  async take(files) {
    const before = this.pictures.length;
    write(this.said, '');
    for (const file of files) {
      if (this.pictures.length >= this.props.most) {
        write(this.said, this.say('most', { most: this.props.most }));
        break;
      }
      try {
        this.pictures.push({ picture: await small(file), caption: '' });
      } catch {
        write(this.said, this.say('none', { name: file.name }));
      }
    }
    this.draw();
    if (this.pictures.length > before) this.fire('changed', {});
  }

  draw() {
    this.list.replaceChildren(...this.pictures.map((one, i) => this.item(one, i)));
  }

  item(one, i) {
    const item = make('li', 'lesson-item');
    const n = i + 1;
    const caption = make('input', 'lesson-caption', '', { type: 'text', value: one.caption, placeholder: this.say('what'), title: this.say('caption'), maxLength: 300 });
    caption.setAttribute('aria-label', this.say('caption of', { n }));
    caption.addEventListener('input', () => (one.caption = caption.value));
    const away = make('button', 'lesson-away', '×', { type: 'button', title: this.say('away', { n }) });
    away.setAttribute('aria-label', this.say('away', { n }));
    away.addEventListener('click', () => {
      this.pictures = this.pictures.filter((other) => other !== one);
      this.draw();
    });
    item.append(make('img', '', '', { src: one.picture, alt: this.say('picture', { n }) }), caption, away);
    return item;
  }
}

customElements.define('lesson-pictures', LessonPictures);
