// Due: fires the event of the tab that is due. See due.py.

watch('value', () => {
  if (props.value) trigger(props.value.tab, {});
});
