// @ts-check
/* What people read, in the language of whoever looks. */

const TAGIH_WORDS = {
  menu_selected: { id: 'Kirim baris terpilih', en: 'Send selected rows' },
  menu_all: { id: 'Kirim semua baris', en: 'Send all rows' },
  menu_on: { id: 'Nyalakan kiriman harian (pukul 7)', en: 'Turn on the daily send (7 a.m.)' },
  menu_off: { id: 'Matikan kiriman harian', en: 'Turn off the daily send' },
  menu_connect: { id: 'Hubungkan…', en: 'Connect…' },
  menu_start: { id: 'Mulai kirim pesan…', en: 'Let messages go…' },
  start_question: {
    id: 'Mulai sekarang pelanggan di daftar "{list}" menerima tagihan dan pengingat pada jam yang wajar. Lanjutkan?',
    en: 'From now on the customers of the list "{list}" get invoices and reminders at decent hours. Go on?',
  },
  not_started: {
    id: 'Belum ada pesan yang berangkat: pilih Mulai kirim pesan bila sudah benar.',
    en: 'No message leaves yet: choose Let messages go when all is right.',
  },
  menu_forms: { id: 'Tindakan lain…', en: 'Other actions…' },
  send: { id: 'Kirim', en: 'Send' },
  address: { id: 'Alamat Tagih', en: 'Address of Tagih' },
  key: { id: 'Kunci API (preset sheets)', en: 'API key (preset sheets)' },
  key_kept: { id: 'tersimpan; kosongkan agar tetap', en: 'kept; leave blank to keep it' },
  list: { id: 'Nama daftar', en: 'Name of the list' },
  connect: { id: 'Hubungkan', en: 'Connect' },
  connected: { id: 'Terhubung dengan {name}.', en: 'Connected to {name}.' },
  sandbox: { id: 'Ini percobaan: tidak ada pesan yang sungguh terkirim.', en: 'This is the sandbox: no message really leaves.' },
  url_wrong: { id: 'Tulis alamat yang dimulai dengan https://', en: 'Write an address that begins with https://' },
  key_missing: { id: 'Hubungkan dulu: menu Tagih, Hubungkan.', en: 'Connect first: menu Tagih, Connect.' },
  key_again: { id: 'Alamat ini lain dari yang tersimpan: tulis juga kuncinya.', en: 'This is another address than the one that is kept: write its key as well.' },
  owner_key_missing: {
    id: 'Rumus memakai kunci pemilik berkas ini: pemiliknya harus memilih menu Tagih, Hubungkan.',
    en: "Formulas use the key of this file's owner: the owner must choose menu Tagih, Connect.",
  },
  unreachable: { id: 'Tagih tidak terjangkau. Tidak ada yang hilang; coba lagi nanti.', en: 'Tagih cannot be reached. Nothing is lost; try again later.' },
  answer_odd: { id: 'Tagih menjawab {code}. Coba lagi nanti.', en: 'Tagih answered {code}. Try again later.' },
  busy: { id: 'Kiriman lain sedang berjalan. Coba lagi sebentar.', en: 'Another run is still going. Try again in a moment.' },
  nothing: { id: 'Tidak ada baris untuk dikirim.', en: 'There is no row to send.' },
  sheet_gone: { id: 'Lembar itu sudah tidak ada.', en: 'That sheet is gone.' },
  later: { id: '{done} dari {of} baris; sisanya dilanjutkan sendiri dalam satu menit.', en: '{done} of {of} rows; the rest goes on by itself in a minute.' },
  done: {
    id: '{new} baru, {changed} berubah, {newly_paid} baru lunas, {unchanged} tetap, {refused} ditolak, {suspicious} perlu dilihat.',
    en: '{new} new, {changed} changed, {newly_paid} newly paid, {unchanged} unchanged, {refused} refused, {suspicious} to look at.',
  },
  daily_on: { id: 'Setiap pagi pukul 7 sampai 8 lembar "{sheet}" dikirim.', en: 'Every morning between 7 and 8 the sheet "{sheet}" is sent.' },
  daily_off: { id: 'Kiriman harian Anda mati.', en: 'Your daily send is off.' },
  daily_other: { id: 'Orang lain sudah menyalakan kiriman harian untuk berkas ini. Nyalakan juga milik Anda?', en: 'Somebody else has turned on the daily send of this file. Turn on yours as well?' },
  status_waiting: { id: 'Menunggu data', en: 'Waiting for data' },
  status_open: { id: 'Belum dibayar', en: 'Open' },
  status_partly_paid: { id: 'Dibayar sebagian', en: 'Partly paid' },
  status_paid: { id: 'Lunas', en: 'Paid' },
  status_void: { id: 'Dibatalkan', en: 'Void' },
};

let tagihIsCell = false; // a formula is running: what it says is read by everybody who opens the file

/** @returns {'id'|'en'} */
function tagihLanguage_() {
  const book = tagihIsCell && SpreadsheetApp.getActiveSpreadsheet();
  const locale = (book ? book.getSpreadsheetLocale() : Session.getActiveUserLocale()) || '';
  return /^(id|in)/.test(locale) ? 'id' : 'en';
}

/**
 * @param {string} name
 * @param {Object} [holes]
 */
function tagihWord_(name, holes) {
  const known = TAGIH_WORDS[name];
  const sentence = known ? known[tagihLanguage_()] : name;
  return sentence.replace(/\{(\w+)\}/g, (hole, key) => (holes && key in holes ? String(holes[key]) : hole));
}

/** Every word for the sidebar. */
function tagihWords_() {
  const said = {};
  Object.keys(TAGIH_WORDS).forEach((name) => {
    said[name] = tagihWord_(name);
  });
  return said;
}
