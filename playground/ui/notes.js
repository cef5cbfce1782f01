// Notes to the visitor, one below the other; each goes away by itself. Their text is drawn with textContent.
const root = element.querySelector('.drawn');
root.setAttribute('role', 'region');
root.setAttribute('aria-label', 'Notes');

function toast({ text, problem, data }) {
  const note = document.createElement('div');
  note.className = problem ? 'toast problem' : 'toast';
  note.setAttribute('role', problem ? 'alert' : 'status');
  const said = document.createElement('p');
  said.textContent = text;
  const words = document.createElement('div');
  words.append(said);
  if (data && Object.keys(data).length) words.append(fold(data));
  const shut = document.createElement('button');
  shut.type = 'button';
  shut.textContent = '×';
  shut.setAttribute('aria-label', 'Dismiss');
  shut.addEventListener('click', () => note.remove());
  note.append(words, shut);
  root.append(note);
  while (root.children.length > 3) root.firstChild.remove();
  // What is being read stays.
  const go = () => (note.matches(':hover, :focus-within') || note.querySelector('[open]') ? setTimeout(go, 2000) : note.remove());
  setTimeout(go, problem || data ? 12000 : 6000);
}

function fold(data) {
  const made = document.createElement('details');
  const title = document.createElement('summary');
  title.textContent = 'Details';
  const given = document.createElement('pre');
  given.textContent = JSON.stringify(data, null, 2);
  made.append(title, given);
  return made;
}

watch('value', () => {
  const { told, ...note } = props.value ?? {};
  if (told) tell('told', told);
  if (note.text) toast(note);
  if (note.problem) tell('problem');
});
hear('toast', toast);
