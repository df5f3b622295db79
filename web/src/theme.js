// Classic and first, so that the page is never drawn in the wrong colours.
try {
  const theme = localStorage.getItem('airlock.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* storage is denied: the system's choice holds */ }
if (new URLSearchParams(location.search).get('embed') === '1') document.documentElement.classList.add('embed');
