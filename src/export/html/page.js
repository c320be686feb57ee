'use strict';
// Text from outside is only ever set with textContent.
(() => {
  const $ = id => document.getElementById(id);
  const data = JSON.parse($('data').textContent);
  const chart = $('chart'), world = $('world'), panel = $('panel'), search = $('search');
  const nodes = [...world.querySelectorAll('.node')], edges = [...world.querySelectorAll('.edge')];
  const view = { x: 0, y: 0, k: 1 };
  let chosen = null, hovered = null, matches = [], at = -1;

  // Looking: the map is moved and scaled as a whole.
  const size = () => chart.getBoundingClientRect();
  const clamp = k => Math.min(4, Math.max(0.04, k));
  const apply = () => world.setAttribute('transform', `translate(${view.x} ${view.y}) scale(${view.k})`);
  const zoom = (by, x, y) => {
    const k = clamp(view.k * by);
    view.x = x - (x - view.x) * k / view.k;
    view.y = y - (y - view.y) * k / view.k;
    view.k = k;
    apply();
  };
  const zoomMiddle = by => { const s = size(); zoom(by, s.width / 2, s.height / 2); };
  const fit = () => {
    const s = size(), [w, h] = data.size;
    view.k = clamp(Math.min((s.width - 40) / w, (s.height - 40) / h, 1.4));
    view.x = (s.width - w * view.k) / 2;
    view.y = (s.height - h * view.k) / 2;
    apply();
  };
  const reveal = (n, readable) => {
    const s = size(), [x, y, w, h] = data.nodes[n].at;
    if (readable && view.k < 0.8) { view.k = 1; view.x = view.y = 1e9; }
    const [px, py] = [(x + w / 2) * view.k + view.x, (y + h / 2) * view.k + view.y];
    const [mx, my] = [w / 2 * view.k + 20, h / 2 * view.k + 20];
    if (px < mx || px > s.width - mx) view.x += s.width / 2 - px;
    if (py < my || py > s.height - my) view.y += s.height / 2 - py;
    apply();
  };

  // Lighting up: what hangs together with what is pointed at or chosen.
  const paint = () => {
    const what = hovered || chosen, near = new Set(), on = new Set();
    data.edges.forEach((e, i) => {
      if (what && (what.e === i || what.n === e.from || what.n === e.to)) {
        on.add(i); near.add(e.from); near.add(e.to);
      }
    });
    edges.forEach((el, i) => el.classList.toggle('on', on.has(i)));
    nodes.forEach((el, n) => {
      el.classList.toggle('near', near.has(n));
      el.classList.toggle('chosen', !!chosen && chosen.n === n);
      el.classList.toggle('lost', search.value.trim() !== '' && !matches.includes(n));
      el.classList.toggle('match', search.value.trim() !== '' && matches.includes(n));
    });
    chart.classList.toggle('lighted', on.size > 0);
  };

  // The panel.
  const make = (tag, name, text) => {
    const el = document.createElement(tag);
    if (name) el.className = name;
    if (text !== undefined) el.textContent = text;
    return el;
  };
  const put = (...all) => panel.append(...all);
  const link = (n, text) => {
    const el = make('button', 'go', text);
    el.type = 'button';
    el.addEventListener('click', () => choose({ n }, true));
    return el;
  };
  const open = title => {
    panel.replaceChildren();
    panel.hidden = false;
    panel.scrollTop = 0;
    const close = make('button', 'close', '×');
    close.type = 'button';
    close.setAttribute('aria-label', 'close');
    close.addEventListener('click', () => choose(null));
    put(close, make('h1', '', title));
  };
  const finding = (f, named) => {
    const el = make('div', 'finding ' + f.severity);
    if (named) el.append(f.node === null ? make('strong', '', f.service) : link(f.node, f.service));
    el.append(make('p', '', f.reason + (f.since ? ` (${f.since} ago)` : '')));
    for (const words of f.suspects) el.append(make('p', '', words));
    if (f.affects) el.append(make('p', '', `affects ${f.affects}`));
    el.append(make('p', 'dim', '→ ' + f.next));
    return el;
  };
  const evidence = (e, into) => {
    e.pieces.forEach(([title, text]) => {
      const el = make('p', 'piece');
      el.append(make('span', '', title + ': '), text);
      into.append(el);
    });
    e.states.forEach(text => into.append(make('p', 'piece', text)));
  };
  const calls = (title, list) => {
    if (!list.length) return;
    put(make('h2', '', `${title} (${list.length})`));
    list.forEach(([n, i]) => {
      const el = make('div', 'call');
      el.append(link(n, data.nodes[n].label), make('span', 'strength', data.edges[i].strength));
      evidence(data.edges[i], el);
      put(el);
    });
  };
  const showNode = n => {
    const node = data.nodes[n];
    open(node.label);
    put(make('p', 'state ' + node.health, [node.health, node.running, node.what].filter(Boolean).join(' · ')));
    if (node.home) put(make('p', 'dim', node.home));
    data.findings.filter(f => f.node === n).forEach(f => put(finding(f)));
    const of = (here, there) =>
      data.edges.map((e, i) => [e[there], i]).filter(([, i]) => data.edges[i][here] === n);
    calls('called by', of('to', 'from'));
    calls('calls', of('from', 'to'));
    if (node.notes.length) put(make('h2', '', 'notes'), ...node.notes.map(text => make('p', '', text)));
    if (node.twins.length) {
      put(make('h2', '', 'counterparts'));
      node.twins.forEach(t => {
        const el = make('p');
        el.append(t.node === null ? t.label : link(t.node, t.label), ': ' + t.reason);
        put(el);
      });
    }
    if (node.facts.length) {
      const list = make('dl');
      node.facts.forEach(([label, value]) => list.append(make('dt', '', label), make('dd', '', value)));
      put(make('h2', '', 'facts'), list);
    }
  };
  const showEdge = i => {
    const e = data.edges[i];
    open('edge');
    const ends = make('p');
    ends.append(link(e.from, data.nodes[e.from].label), ' calls ', link(e.to, data.nodes[e.to].label));
    put(ends, make('p', 'dim', e.strength), make('h2', '', 'evidence'));
    evidence(e, panel);
  };
  const showFindings = () => {
    choose(null);
    open(data.findings.length ? 'findings' : 'no findings');
    data.findings.forEach(f => put(finding(f, true)));
    panel.focus();
  };
  const choose = (what, show) => {
    chosen = what;
    hovered = null;
    if (!what) panel.hidden = true;
    else if (what.n !== undefined) showNode(what.n);
    else showEdge(what.e);
    if (show && what && what.n !== undefined) {
      reveal(what.n, true);
      nodes[what.n].focus({ preventScroll: true });
    }
    paint();
  };

  // Finding.
  const find = () => {
    const text = search.value.trim().toLowerCase();
    matches = text ? data.nodes.map((n, i) => i).filter(i => data.nodes[i].label.toLowerCase().includes(text)) : [];
    at = -1;
    $('found').value = text ? String(matches.length) : '';
    paint();
  };
  const step = by => {
    if (!matches.length) return;
    at = at < 0 ? (by > 0 ? 0 : matches.length - 1) : (at + by + matches.length) % matches.length;
    $('found').value = `${at + 1}/${matches.length}`;
    chosen = { n: matches[at] };
    showNode(matches[at]);
    reveal(matches[at], true);
    paint();
  };

  // The pointer: one drags, two pinch, and one that hardly moved has clicked.
  const pointers = new Map();
  let moved = 0;
  const target = el => {
    const hit = el.closest && el.closest('.node, .edge');
    if (!hit) return null;
    return hit.dataset.n !== undefined ? { n: Number(hit.dataset.n) } : { e: Number(hit.dataset.e) };
  };
  const spot = ev => { const s = size(); return { x: ev.clientX - s.left, y: ev.clientY - s.top }; };
  chart.addEventListener('pointerdown', ev => {
    if (pointers.size === 0) moved = 0;
    pointers.set(ev.pointerId, spot(ev));
  });
  window.addEventListener('pointermove', ev => {
    const before = pointers.get(ev.pointerId);
    if (!before) return;
    const now = spot(ev);
    const other = [...pointers].find(([id]) => id !== ev.pointerId);
    if (other) {
      const far = p => Math.hypot(p.x - other[1].x, p.y - other[1].y) || 1;
      zoom(far(now) / far(before), other[1].x, other[1].y);
      moved = 99;
    } else {
      moved += Math.hypot(now.x - before.x, now.y - before.y);
      if (moved > 4) {
        view.x += now.x - before.x;
        view.y += now.y - before.y;
        chart.classList.add('moving');
        apply();
      }
    }
    pointers.set(ev.pointerId, now);
  });
  const lift = ev => { pointers.delete(ev.pointerId); chart.classList.remove('moving'); };
  window.addEventListener('pointerup', lift);
  window.addEventListener('pointercancel', lift);
  chart.addEventListener('click', ev => { if (moved <= 4) choose(target(ev.target)); });
  chart.addEventListener('pointerover', ev => {
    if (pointers.size) return;
    hovered = target(ev.target);
    paint();
  });
  chart.addEventListener('pointerleave', () => { hovered = null; paint(); });
  chart.addEventListener('wheel', ev => {
    ev.preventDefault();
    const { x, y } = spot(ev);
    const lines = ev.deltaMode === 1 ? 16 : 1;
    zoom(Math.exp(-ev.deltaY * lines * (ev.ctrlKey ? 0.01 : 0.0016)), x, y);
  }, { passive: false });

  // The keyboard: arrows go to the nearest service that way, or move the map where none is chosen.
  const nearest = (n, dx, dy) => {
    const middle = i => { const [x, y, w, h] = data.nodes[i].at; return [x + w / 2, y + h / 2]; };
    const [x, y] = middle(n);
    let best = null, least = Infinity;
    data.nodes.forEach((_, i) => {
      const [a, b] = middle(i), along = (a - x) * dx + (b - y) * dy;
      const aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
      if (along > 1 && along + 2 * aside < least) { least = along + 2 * aside; best = i; }
    });
    return best;
  };
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  nodes.forEach((el, n) => {
    el.setAttribute('tabindex', '0');
    el.setAttribute('role', 'button');
    el.addEventListener('focus', () => { if (el.matches(':focus-visible')) reveal(n, false); });
  });
  document.addEventListener('keydown', ev => {
    if (ev.ctrlKey || ev.metaKey || ev.altKey) return;
    if (ev.key === 'Escape') {
      if (search.value) { search.value = ''; find(); }
      else choose(null);
      if (document.activeElement) document.activeElement.blur();
      return;
    }
    if (ev.target === search) {
      if (ev.key === 'Enter') { ev.preventDefault(); step(ev.shiftKey ? -1 : 1); }
      return;
    }
    if (panel.contains(ev.target)) return;
    const way = arrows[ev.key], on = target(ev.target);
    if (way) {
      const from = chosen && chosen.n !== undefined ? chosen.n : on && on.n;
      const next = from === null || from === undefined ? null : nearest(from, ...way);
      if (next !== null) choose({ n: next }, true);
      else if (from === null || from === undefined) { view.x -= way[0] * 80; view.y -= way[1] * 80; apply(); }
    } else if ((ev.key === 'Enter' || ev.key === ' ') && on) choose(on);
    else if (ev.key === '/') search.focus();
    else if (ev.key === '+' || ev.key === '=') zoomMiddle(1.25);
    else if (ev.key === '-') zoomMiddle(0.8);
    else if (ev.key === '0' || ev.key === 'f') fit();
    else return;
    ev.preventDefault();
  });

  search.addEventListener('input', find);
  $('in').addEventListener('click', () => zoomMiddle(1.25));
  $('out').addEventListener('click', () => zoomMiddle(0.8));
  $('fit').addEventListener('click', fit);
  $('wrong').addEventListener('click', showFindings);
  const bad = data.findings.filter(f => f.severity !== 'info').length;
  $('wrong').textContent = bad ? `${bad} finding${bad === 1 ? '' : 's'}` : '0 findings';
  window.addEventListener('resize', () => { if (!chosen) fit(); });
  // Without a script the picture is shown whole by its view box; from here on the script says what is seen.
  chart.removeAttribute('viewBox');
  fit();
})();
