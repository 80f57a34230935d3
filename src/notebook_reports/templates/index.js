(() => {
  const form = document.querySelector('form.filter');
  const found = form.querySelector('.found');
  const plain = text => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  const rows = new Map([...document.querySelectorAll('tr[data-report]')].map(row => [row.dataset.report, row]));
  const reports = [...document.querySelectorAll('li[data-report]')].map(item => ({
    item, row: rows.get(item.dataset.report), topic: item.closest('.group').dataset.topic,
    all: plain(`${item.textContent} ${item.dataset.words ?? ''}`),
  }));
  const say = (place, [korean, english], shown = '') => {
    korean = korean.replace('{shown}', shown);
    english = english.replace('{shown}', shown);
    const words = document.createElement('span');
    words.lang = 'en';
    words.className = 'en';
    words.textContent = english;
    if (place.textContent !== `${korean} ${english}`) place.replaceChildren(`${korean} `, words);
  };
  let asked = false;
  const filter = () => {
    const words = form.words.value.split(/\s+/).map(plain).filter(Boolean);
    const asks = Boolean(words.length || form.topic.value || form.language.value);
    let count = 0;
    for (const report of reports) {
      const fits = (!form.topic.value || report.topic === form.topic.value)
        && (!form.language.value || report.item.lang === form.language.value)
        && words.every(word => report.all.includes(word));
      report.item.hidden = !fits;
      if (report.row) report.row.hidden = !fits;
      count += fits;
    }
    for (const part of document.querySelectorAll('.group, .compare')) {
      const kind = part.matches('.group') ? 'li[data-report]' : 'tr[data-report]';
      part.hidden = !part.querySelector(`${kind}:not([hidden])`);
    }
    if (asks !== asked) for (const list of document.querySelectorAll('details.list')) list.open = asks;
    asked = asks;
    say(found, count ? said.filtered : said.no_match, count);
  };
  for (const part of document.querySelectorAll('.compare')) {
    const pick = part.querySelector('select');
    const body = part.querySelector('tbody');
    const heads = [...part.querySelectorAll('thead th')];
    const lines = [...body.rows];
    const compare = () => {
      const column = Number(pick.value);
      const value = line => Number(line.cells[column].dataset.value ?? -Infinity);
      body.append(...(column ? [...lines].sort((a, b) => value(b) - value(a) || 0) : lines));
      for (const line of [{ cells: heads }, ...lines])
        [...line.cells].forEach((cell, place) => { cell.hidden = Boolean(column && place && place !== column); });
      heads.forEach((head, place) => {
        if (column && place === column) head.setAttribute('aria-sort', 'descending');
        else head.removeAttribute('aria-sort');
      });
      const order = part.querySelector('.order');
      if (column) say(order, said.largest_first);
      else order.replaceChildren();
    };
    pick.addEventListener('change', compare);
    part.querySelector('.pick').hidden = false;
    compare();
  }
  form.addEventListener('input', filter);
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter));
  form.hidden = false;
  filter();
})();
