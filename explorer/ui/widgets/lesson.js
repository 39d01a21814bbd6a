// LessonPictures: where pictures of a lesson are dropped, pasted or chosen, with what may be said of each. They are made
// small here and leave the browser only with the press of Teach: `explorer.lesson` puts them among that event's inputs.

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
  static template = html`
<label class="lesson-drop" data-part="drop"><input type="file" accept="image/*" multiple data-part="input" data-name="add"><span data-say="add"></span></label>
<p class="lesson-said" data-part="said" role="status"></p>
<ul class="lesson-list" data-part="list" data-name="list"></ul>`;

  begin(props) {
    super.begin(props);
    this.className = 'lesson';
    this.pictures = [];
    write(this.said, '');
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

  // What is dropped here is no file to open: see opening.js.
  over(event, is) {
    event.preventDefault();
    event.stopPropagation();
    this.drop.classList.toggle('lesson-over', is);
  }

  async take(files) {
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
  }

  draw() {
    this.list.replaceChildren(...this.pictures.map((one, i) => this.item(one, i)));
  }

  item(one, i) {
    const item = make('li', 'lesson-item');
    const n = i + 1;
    const caption = make('input', 'lesson-caption', '', { type: 'text', value: one.caption, placeholder: this.say('caption'), maxLength: 300 });
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
