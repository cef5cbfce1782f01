// What is said, written into the box. The recording goes to the server and is kept nowhere.
const speak = sign('speak', 'Dictate', () => dictate());
speak.hidden = true;
const heard = make('p', 'aside');
heard.setAttribute('role', 'status');
let recorder = null;

async function dictate() {
  if (recorder) return recorder.stop();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const parts = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    recorder.addEventListener('stop', () => {
      stream.getTracks().forEach((track) => track.stop());
      const { mimeType } = recorder;
      recorder = null;
      speak.setAttribute('aria-pressed', 'false');
      write(new Blob(parts, { type: mimeType }));
    });
    recorder.start();
    speak.setAttribute('aria-pressed', 'true');
    heard.textContent = 'Listening. Press again to end.';
  } catch {
    recorder = null;
    tell('toast', { text: 'The microphone cannot be used here.', problem: true });
  }
}

async function write(blob) {
  speak.disabled = true;
  try {
    const audio = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.split(',')[1]);
      reader.readAsDataURL(blob);
    });
    const body = JSON.stringify({ type: 'input.transcribe', params: { audio_base64: audio, mime_type: blob.type } });
    const reply = await fetch('chatkit', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const said = await reply.json();
    if (!reply.ok) throw new Error(said.message);
    const box = document.querySelector('#box textarea');
    box.value = [box.value.trimEnd(), said.text].filter(Boolean).join(' ');
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.focus();
  } catch (error) {
    tell('toast', { text: error.message || 'What was said could not be written down.', problem: true });
  } finally {
    speak.disabled = false;
  }
}
