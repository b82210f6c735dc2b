// @ts-check
/* Made from specs/ by `make generate`; do not edit it here. */

const TAGIH_COLUMNS = {
  "status": "Tagih: status",
  "message": "Tagih: pesan terakhir · last message",
  "why": "Tagih: mengapa belum · why not",
  "next": "Tagih: berikutnya · next send",
  "invoice": "Tagih: no. tagihan · invoice"
};

const TAGIH_FORMS = [
  {
    "name": "upsert_recurring_charge",
    "title": {
      "id": "Buat atau Perbarui Tagihan Rutin",
      "en": "Create or Update Recurring Charge"
    },
    "fields": [
      {
        "key": "charge_ref",
        "title": {
          "id": "Referensi iuran",
          "en": "Charge Reference"
        },
        "help": {
          "id": "Sebutan Anda sendiri untuk iuran, misalnya nomor kamar; tagihannya bernama itu ditambah bulannya.",
          "en": "Your own name for the charge, such as the room; its invoices are called so, with the month."
        },
        "required": true,
        "kind": "text"
      },
      {
        "key": "customer_name",
        "title": {
          "id": "Nama pelanggan",
          "en": "Customer Name"
        },
        "help": {
          "id": "Nama seperti yang akan dibaca pelanggan.",
          "en": "The name as the customer will read it."
        },
        "required": true,
        "kind": "text"
      },
      {
        "key": "due_day",
        "title": {
          "id": "Tanggal jatuh tempo",
          "en": "Due Day"
        },
        "help": {
          "id": "Tanggal dalam bulan, 1 sampai 31; di bulan yang lebih pendek hari terakhirnya.",
          "en": "The day of the month, 1 to 31; in a shorter month its last day."
        },
        "required": true,
        "kind": "number"
      },
      {
        "key": "amount",
        "title": {
          "id": "Jumlah",
          "en": "Amount"
        },
        "help": {
          "id": "Jumlah setiap periode. Kosong: ditanyakan setiap periode, dan tidak ada yang dikirim sebelum diketahui.",
          "en": "The amount of each period. Blank: asked for each period, and nothing is sent before it is known."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "customer_phone",
        "title": {
          "id": "Nomor WhatsApp",
          "en": "Customer Phone"
        },
        "help": {
          "id": "Nomor ponsel, dengan atau tanpa kode negara. Kosong: tagihan menunggu.",
          "en": "The mobile number, with or without country code. Blank: the invoice waits for it."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "every_months",
        "title": {
          "id": "Setiap berapa bulan",
          "en": "Every So Many Months"
        },
        "help": {
          "id": "1, 2, 3, 6, atau 12 bulan. Kosong: setiap bulan.",
          "en": "1, 2, 3, 6 or 12 months. Blank: every month."
        },
        "required": false,
        "kind": "number",
        "choices": [
          1,
          2,
          3,
          6,
          12
        ]
      },
      {
        "key": "first_period",
        "title": {
          "id": "Periode pertama",
          "en": "First Period"
        },
        "help": {
          "id": "Bulan pertama yang ditagih, YYYY-MM. Kosong: bulan jatuh tempo berikutnya. Sesudah periode terakhir: mulai lagi.",
          "en": "The first month that is billed, YYYY-MM. Blank: that of the next due day. After a last period: begins anew."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "last_period",
        "title": {
          "id": "Periode terakhir",
          "en": "Last Period"
        },
        "help": {
          "id": "Bulan terakhir yang ditagih, YYYY-MM. Kosong: terus berjalan.",
          "en": "The last month that is billed, YYYY-MM. Blank: it goes on."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "paused_until",
        "title": {
          "id": "Dijeda sampai",
          "en": "Paused Until"
        },
        "help": {
          "id": "Hari terakhir jeda, YYYY-MM-DD: yang jatuh tempo sampai hari itu dilewati. Hari yang sudah lewat mengakhiri jeda.",
          "en": "The last day of a pause, YYYY-MM-DD: what is due until then is skipped. A day that has passed ends the pause."
        },
        "required": false,
        "kind": "date"
      },
      {
        "key": "paid_through",
        "title": {
          "id": "Sudah dibayar sampai",
          "en": "Paid Through"
        },
        "help": {
          "id": "Semua bulan sampai bulan ini lunas, YYYY-MM: satu konfirmasi, tanpa pesan lain.",
          "en": "Every month up to this one is paid, YYYY-MM: one confirmation, no other message."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "description",
        "title": {
          "id": "Keterangan",
          "en": "Description"
        },
        "help": {
          "id": "Untuk apa. {period_text}, {charge_ref}, {customer_name}, dan kolom tambahan Anda diisi sendiri.",
          "en": "What it is for. {period_text}, {charge_ref}, {customer_name} and your extra fields are filled in."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "recipe",
        "title": {
          "id": "Resep",
          "en": "Recipe"
        },
        "help": {
          "id": "Rencana pesan yang diikuti. Kosong: bawaan usaha.",
          "en": "The plan of messages to follow. Blank: the business's default."
        },
        "required": false,
        "kind": "text",
        "options": "recipes"
      },
      {
        "key": "customer_ref",
        "title": {
          "id": "Referensi pelanggan",
          "en": "Customer Reference"
        },
        "help": {
          "id": "Sebutan Anda sendiri untuk pelanggan, misalnya nomor kamar.",
          "en": "Your own name for the customer, such as a room or account number."
        },
        "required": false,
        "kind": "text"
      }
    ]
  },
  {
    "name": "create_invoice",
    "title": {
      "id": "Buat atau Perbarui Tagihan",
      "en": "Create or Update Invoice"
    },
    "fields": [
      {
        "key": "customer_name",
        "title": {
          "id": "Nama pelanggan",
          "en": "Customer Name"
        },
        "help": {
          "id": "Nama seperti yang akan dibaca pelanggan.",
          "en": "The name as the customer will read it."
        },
        "required": true,
        "kind": "text"
      },
      {
        "key": "amount",
        "title": {
          "id": "Jumlah",
          "en": "Amount"
        },
        "help": {
          "id": "Jumlah seperti biasa ditulis: 1500000, \"1.500.000\", atau \"Rp 1,5jt\".",
          "en": "The amount, as people write it: 1500000, \"1.500.000\" or \"Rp 1,5jt\"."
        },
        "required": true,
        "kind": "text"
      },
      {
        "key": "due_date",
        "title": {
          "id": "Jatuh tempo",
          "en": "Due Date"
        },
        "help": {
          "id": "Hari terakhir pembayaran, YYYY-MM-DD.",
          "en": "The day by which it is to be paid, YYYY-MM-DD."
        },
        "required": true,
        "kind": "date"
      },
      {
        "key": "customer_phone",
        "title": {
          "id": "Nomor WhatsApp",
          "en": "Customer Phone"
        },
        "help": {
          "id": "Nomor ponsel, dengan atau tanpa kode negara. Kosong: tagihan menunggu.",
          "en": "The mobile number, with or without country code. Blank: the invoice waits for it."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "invoice_number",
        "title": {
          "id": "Nomor tagihan",
          "en": "Invoice Number"
        },
        "help": {
          "id": "Nomor Anda untuk tagihan ini. Nomor yang sama memperbarui tagihan yang sama.",
          "en": "Your number for the invoice. The same number again updates the same invoice."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "description",
        "title": {
          "id": "Keterangan",
          "en": "Description"
        },
        "help": {
          "id": "Untuk apa, dalam kata-kata pelanggan.",
          "en": "What it is for, in the customer's words."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "pay_url",
        "title": {
          "id": "Tautan pembayaran",
          "en": "Payment Link"
        },
        "help": {
          "id": "Tempat pelanggan membayar. Alamatnya harus tujuan yang disetujui.",
          "en": "Where the customer pays. Its host must be an approved destination."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "pdf",
        "title": {
          "id": "PDF",
          "en": "PDF"
        },
        "help": {
          "id": "Alamat https dokumen tagihan, atau id berkas yang sudah diunggah. Paling besar 5 MB.",
          "en": "The https address of the invoice document, or the id of an uploaded file. At most 5 MB."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "recipe",
        "title": {
          "id": "Resep",
          "en": "Recipe"
        },
        "help": {
          "id": "Rencana pesan yang diikuti. Kosong: bawaan usaha.",
          "en": "The plan of messages to follow. Blank: the business's default."
        },
        "required": false,
        "kind": "text",
        "options": "recipes"
      },
      {
        "key": "customer_ref",
        "title": {
          "id": "Referensi pelanggan",
          "en": "Customer Reference"
        },
        "help": {
          "id": "Sebutan Anda sendiri untuk pelanggan, misalnya nomor kamar.",
          "en": "Your own name for the customer, such as a room or account number."
        },
        "required": false,
        "kind": "text"
      }
    ]
  },
  {
    "name": "mark_paid",
    "title": {
      "id": "Catat Pembayaran",
      "en": "Record Payment"
    },
    "fields": [
      {
        "key": "invoice",
        "title": {
          "id": "Tagihan",
          "en": "Invoice"
        },
        "help": {
          "id": "Nomor atau id tagihan.",
          "en": "The invoice's number or id; or give the customer."
        },
        "required": false,
        "kind": "text",
        "options": "invoices"
      },
      {
        "key": "customer",
        "title": {
          "id": "Pelanggan",
          "en": "Customer"
        },
        "help": {
          "id": "Referensi, nomor telepon, atau id pelanggan.",
          "en": "The customer's own reference, phone number or id."
        },
        "required": false,
        "kind": "text",
        "options": "customers"
      },
      {
        "key": "amount",
        "title": {
          "id": "Jumlah",
          "en": "Amount"
        },
        "help": {
          "id": "Jumlah seperti biasa ditulis: 1500000, \"1.500.000\", atau \"Rp 1,5jt\".",
          "en": "The amount, as people write it: 1500000, \"1.500.000\" or \"Rp 1,5jt\"."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "paid_on",
        "title": {
          "id": "Tanggal bayar",
          "en": "Paid On"
        },
        "help": {
          "id": "Hari pembayaran, YYYY-MM-DD. Kosong: hari ini.",
          "en": "The day of the payment, YYYY-MM-DD. Blank: today."
        },
        "required": false,
        "kind": "date"
      },
      {
        "key": "payment_method",
        "title": {
          "id": "Cara bayar",
          "en": "Payment Method"
        },
        "help": {
          "id": "Cara membayar, misalnya bank_transfer, va_bca, atau cash.",
          "en": "How it was paid, such as bank_transfer, va_bca or cash."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "payment_ref",
        "title": {
          "id": "Referensi pembayaran",
          "en": "Payment Reference"
        },
        "help": {
          "id": "Referensi pembayaran itu sendiri. Referensi yang sama adalah pembayaran yang sama.",
          "en": "The payment's own reference. The same reference again is the same payment."
        },
        "required": false,
        "kind": "text"
      },
      {
        "key": "note",
        "title": {
          "id": "Catatan",
          "en": "Note"
        },
        "help": {
          "id": "Catatan untuk orang Anda sendiri; pelanggan tidak melihatnya.",
          "en": "A remark for your own people; customers never see it."
        },
        "required": false,
        "kind": "text"
      }
    ]
  }
];
