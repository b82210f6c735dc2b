"""What the demo says beside what the engine says, in both languages. Every key is in both."""

WORDS: dict[str, dict[str, str]] = {
    "id": {
        # the table
        "columns": "nama;no wa;no tagihan;jumlah;jatuh tempo;keterangan;lunas",
        "separator": ";",
        "thousands": ".",
        "date_format": "%d/%m/%Y",
        "rent": "Sewa kamar {room}, Desember 2026",
        "yes": "ya",
        "payment_details": "BCA 1234567890 a.n. Ratna Dewi",
        "method": "transfer bank",
        # the frame
        "title": "Tagih: satu bulan menagih sewa, dimainkan dalam beberapa detik",
        "opening": "{business}, {day}. Mesinnya asli, jamnya virtual, teleponnya simulasi: tidak ada pesan "
        "yang keluar dari komputer ini. Tanda → adalah kabar yang dapat didengar n8n, Zapier, atau URL Anda.",
        "others": "juga kepada {names}, tentang tagihannya sendiri",
        "presses": "{name} menekan [{button}]",
        "writes": '{name} menulis: "{text}"',
        "paid": "{name} membayar {amount}. Pengingatnya berhenti, konfirmasi dikirim.",
        # 1
        "source": "Dari mana tagihannya",
        "source_file": "Bu Ratna mencatat sewa kamarnya di satu tabel, {file}:",
        "source_preview": "Tagih menunjukkan dahulu apa yang akan berubah: {new} baru, {changed} berubah, "
        "{refused} ditolak. Bu Ratna setuju.",
        # 2
        "calendar": "Siapa mendapat apa, dan kapan",
        "calendar_why": "Resep {recipe}, sebelum satu pesan pun berangkat (H adalah hari jatuh tempo):",
        "task": "Diserahkan kepada orang {key}",
        # 3
        "messages": "Pesan tiba",
        # 4
        "blackout": "Listrik padam tiga hari",
        "power_off": "listrik padam. Pesan yang waktunya tiba selagi padam:",
        "power_on": "listrik menyala. Tidak diborong: setiap orang mendapat satu pesan, yang benar hari ini.",
        "not_sent": "Tidak dikirim lagi: {steps}.",
        "silent_paid": "{name} sudah lunas, jadi tidak mendapat apa-apa.",
        # 5
        "promises": "Butuh waktu",
        "same": "{name} juga: [{first}], lalu [{second}]",
        "quiet": "Sampai hari itu kedua telepon diam.",
        "after_grace": "Hari yang dijanjikan lewat, ditambah satu hari kelonggaran:",
        # 6
        "person": "Orang melihat yang tidak biasa",
        "budi_words": "Maaf Bu, gaji saya belum turun.",
        "case_why": "Sebab",
        "case_open": "Terbuka",
        "case_promises": "Janji",
        "case_kept": "{kept} ditepati, {broken} tidak ditepati",
        "case_thread": "Percakapan",
        "case_advice": "Saran",
        "case_note": "Gaji terlambat; bayar paling lambat tanggal 17.",
        "resolved": "Bu Ratna menelepon; mereka sepakat. {result} Pengingat menunggu sampai {day}.",
        # 7
        "payment": "Pembayaran",
        "upload": "Bu Ratna menandai yang lunas di tabelnya, lalu mengunggah tabel yang sama:",
        "upload_preview": "{newly_paid} baru lunas, {unchanged} tidak berubah.",
        "only_one": "Hanya {name} yang mendapat konfirmasi; yang lain sudah menerimanya.",
        # 8
        "count": "Hitungan, dari basis data",
        "count_messages": "{messages} pesan untuk {people} orang dalam {days} hari",
        "verdict": "{lost} hilang, {doubled} ganda",
        "silences": "{count} pesan yang direncanakan tidak dikirim, masing-masing dengan alasannya:",
        "checked": "{count} hal diperiksa ke basis data; semuanya benar. {seconds} detik.",
        "failed": "Ini tidak terjadi: {check}.",
        "next": "Coba sendiri dengan make run.",
    },
    "en": {
        # the table
        "columns": "name;whatsapp;invoice no;amount;due date;description;paid",
        "separator": ",",
        "thousands": "",
        "date_format": "%Y-%m-%d",
        "rent": "Room {room} rent, December 2026",
        "yes": "yes",
        "payment_details": "BCA 1234567890, Ratna Dewi",
        "method": "bank transfer",
        # the frame
        "title": "Tagih: a month of collecting rent, played in seconds",
        "opening": "{business}, {day}. The engine is real, the clock is virtual, the phones are simulated: "
        "no message leaves this computer. The sign → marks news that n8n, Zapier or your own URL can hear.",
        "others": "also to {names}, about their own invoice",
        "presses": "{name} taps [{button}]",
        "writes": '{name} writes: "{text}"',
        "paid": "{name} pays {amount}. The reminders stop, a confirmation goes out.",
        # 1
        "source": "Where the invoices come from",
        "source_file": "Ratna keeps the rent of her rooms in one table, {file}:",
        "source_preview": "Tagih first shows what would change: {new} new, {changed} changed, {refused} "
        "refused. Ratna agrees.",
        # 2
        "calendar": "Who gets what, and when",
        "calendar_why": "The recipe {recipe}, before a single message has left (H is the due day):",
        "task": "Handed to a person {key}",
        # 3
        "messages": "Messages arrive",
        # 4
        "blackout": "Three days without power",
        "power_off": "the power goes. Messages whose time comes in the dark:",
        "power_on": "the power is back. No burst: each person gets one message, the one that is true today.",
        "not_sent": "Not sent any more: {steps}.",
        "silent_paid": "{name} has paid, so nothing goes there.",
        # 5
        "promises": "Need more time",
        "same": "{name} too: [{first}], then [{second}]",
        "quiet": "Until that day both phones stay quiet.",
        "after_grace": "The promised day passes, and one day of grace:",
        # 6
        "person": "A person sees the exception",
        "budi_words": "Sorry, my wages have not come yet.",
        "case_why": "Reason",
        "case_open": "Open",
        "case_promises": "Promises",
        "case_kept": "{kept} kept, {broken} broken",
        "case_thread": "Conversation",
        "case_advice": "Suggestion",
        "case_note": "Wages are late; will pay by the 17th.",
        "resolved": "Ratna calls; they agree. {result} Reminders wait until {day}.",
        # 7
        "payment": "Payment",
        "upload": "Ratna marks who has paid in her table, and uploads the same table again:",
        "upload_preview": "{newly_paid} newly paid, {unchanged} unchanged.",
        "only_one": "Only {name} gets a confirmation; the others had theirs.",
        # 8
        "count": "The count, from the database",
        "count_messages": "{messages} messages to {people} people in {days} days",
        "verdict": "{lost} lost, {doubled} doubled",
        "silences": "{count} planned messages were not sent, each with its reason:",
        "checked": "{count} claims checked against the database; all hold. {seconds} seconds.",
        "failed": "This did not happen: {check}.",
        "next": "Try it yourself with make run.",
    },
}
