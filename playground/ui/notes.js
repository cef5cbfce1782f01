// Notes to the visitor, one below the other; each goes away by itself. Their text is drawn with textContent.
const root = element.querySelector('.drawn');
root.setAttribute('role', 'region');
root.setAttribute('aria-label', 'Notes');

watch('value', () => {
  const { text, problem } = props.value ?? {};
  if (!text) return;
  const note = document.createElement('div');
  note.className = problem ? 'toast problem' : 'toast';
  note.setAttribute('role', problem ? 'alert' : 'status');
  const said = document.createElement('p');
  said.textContent = text;
  const shut = document.createElement('button');
  shut.type = 'button';
  shut.textContent = '×';
  shut.setAttribute('aria-label', 'Dismiss');
  shut.addEventListener('click', () => note.remove());
  note.append(said, shut);
  root.append(note);
  while (root.children.length > 3) root.firstChild.remove();
  setTimeout(() => note.remove(), problem ? 12000 : 6000);
});
