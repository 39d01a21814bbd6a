// Courier: hands each new value on to the view props.to, as an event "visited" on its root. See visits.py.

watch('value', () => {
  const view = document.getElementById(props.to)?.querySelector('[data-film]');
  if (props.value) view?.dispatchEvent(new CustomEvent('visited', { detail: props.value }));
});
