"""The words that people put at the head of a column, in Indonesian and English, one list for each field."""


def words(text: str) -> tuple[str, ...]:
    """The headings of a comma-separated list."""
    return tuple(" ".join(word.split()) for word in text.split(","))


HEADINGS: dict[str, tuple[str, ...]] = {
    "customer_name": words(
        """
        nama, name, nama pelanggan, pelanggan, customer, customer name, nama customer, penyewa,
        nama penyewa, penghuni, nama penghuni, tenant, tenant name, client, client name, klien,
        nama klien, pasien, nama pasien, patient, patient name, member, nama member, member name, anggota,
        nama anggota, nama lengkap, full name, toko, nama toko, siswa, nama siswa, atas nama, konsumen,
        nama konsumen, pembeli, nama pembeli
        """
    ),
    "phone": words(
        """
        phone, phone number, mobile number, mobile phone, customer phone, contact number, cellphone,
        cell phone, whatsapp number, nomor kontak, no kontak, kontak wa, msisdn, telepon seluler
        """
    ),
    "amount": words(
        """
        jumlah, nominal, tagihan, jumlah tagihan, nominal tagihan, total, total tagihan, biaya, harga,
        sewa, harga sewa, biaya sewa, uang sewa, sewa bulanan, tarif, iuran, amount, amount due,
        total amount, invoice amount, price, rent, fee, value, nilai, besar tagihan, nilai tagihan,
        nilai invoice, total bayar, harus dibayar, cicilan, angsuran, total due
        """
    ),
    "due_date": words(
        """
        jatuh tempo, tgl jatuh tempo, tanggal jatuh tempo, tempo, jt tempo, tgl tempo, due, due date,
        deadline, batas bayar, batas waktu, batas pembayaran, tgl batas bayar, tenggat, tenggat bayar,
        tenggat waktu, pay by, payment due, payment due date, date due
        """
    ),
    "invoice_number": words(
        """
        no invoice, nomor invoice, invoice, invoice no, invoice number, invoice id, no tagihan,
        nomor tagihan, kode tagihan, no faktur, nomor faktur, faktur, no inv, inv no, inv, bill no,
        bill number, no nota, nomor nota, nota, no kwitansi, number invoice
        """
    ),
    "description": words(
        """
        keterangan, deskripsi, description, desc, uraian, untuk, untuk pembayaran, perihal, rincian,
        detail, details, item, memo, ket
        """
    ),
    "paid": words(
        """
        lunas, paid, dibayar, sudah dibayar, bayar, sudah bayar, terbayar, status, status bayar,
        status pembayaran, status lunas, payment status, tanggal bayar, tgl bayar, tanggal lunas,
        tgl lunas, paid on, paid date, payment date, date paid, tgl pembayaran, tanggal pembayaran,
        jumlah dibayar, amount paid, sudah lunas, pembayaran
        """
    ),
    "customer_ref": words(
        """
        kode pelanggan, id pelanggan, no pelanggan, nomor pelanggan, customer id, customer ref,
        customer code, kode customer, id customer, member id, id member, no member, nomor anggota,
        no anggota, kode toko, id penyewa, kode penyewa, client id, tenant id
        """
    ),
    "customer_email": words("email, e mail, surel, alamat email, customer email, email address"),
    "contact_name": words("kontak person, contact person, contact name, nama kontak, pic, nama pic"),
    "issue_date": words(
        """
        tanggal invoice, tgl invoice, issue date, invoice date, tanggal tagihan, tgl tagihan,
        tanggal terbit, tgl terbit, tanggal faktur, tgl faktur
        """
    ),
    "language": words("bahasa, language, lang"),
    "currency": words("mata uang, currency, valuta"),
    "pay_url": words(
        """
        link bayar, link pembayaran, pay url, payment link, pay link, payment url, tautan bayar
        """
    ),
    "recipe": words("resep, recipe, alur"),
    "consent_source": words("persetujuan, sumber persetujuan, consent, consent source, izin wa"),
}

# Counted only where no plain heading names the field.
WEAK: dict[str, tuple[str, ...]] = {
    "phone": words("kontak, contact, number, nomor, mobile, cell"),
    "due_date": words("tanggal, tgl, date"),
    "amount": words("saldo, balance, jumlah bayar, uang, sisa tagihan, outstanding"),
    "description": words("jenis, periode, period, bulan, produk, layanan, paket"),
    "pay_url": words("link, url"),
    "invoice_number": words("kode, ref, reference, referensi"),
}

# Any mixture of these is a phone heading: "No. HP/WA", "nomor telp (whatsapp)".
PHONE_WORDS = frozenset(
    words(
        """
        wa, whatsapp, whatapp, whatsap, hp, hape, handphone, telp, telpon, telepon, tlp, tlpn, telephone,
        ponsel
        """
    )
)
PHONE_FILLERS = frozenset(
    words(
        """
        no, nomor, nmr, nomer, number, aktif, customer, pelanggan, penyewa, penghuni, phone, mobile,
        kontak
        """
    )
)
UNITS = frozenset(
    words(
        """
        rp, idr, rupiah, wajib, required, opsional, optional, dd, mm, yy, yyyy
        """
    )
)
# Row counters, and the columns that we ourselves write back into a sheet.
IGNORED = frozenset(
    words(
        """
        no, nr, urut, no urut, nomor urut, row, result, invoice status, last message, why not, next send,
        pesan terakhir, alasan, kirim berikutnya
        """
    )
)
