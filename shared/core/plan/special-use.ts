/**
 * Which folder is Sent, Drafts, Trash, Junk or Archive: by its special-use attribute (RFC 6154) or, where the server
 * tells none, by the names that mail programs give it in their users' languages.
 */
import type { ListedFolder } from '../../ports/mail.ts';

export const specialUses = ['sent', 'drafts', 'trash', 'junk', 'archive'] as const;
export type SpecialUse = (typeof specialUses)[number];

/** Views over other folders (RFC 6154, Gmail): copying them would copy every message twice. */
export const virtualAttributes = ['\\all', '\\flagged', '\\important'] as const;

const names: Record<SpecialUse, readonly string[]> = {
  sent: [
    'Sent',
    'Sent Items',
    'Sent Messages',
    'Sent Mail',
    'Gesendet',
    'Gesendete Elemente',
    'Gesendete Objekte',
    'Envoyés',
    'Éléments envoyés',
    'Messages envoyés',
    'Objets envoyés',
    'Enviados',
    'Elementos enviados',
    'Mensajes enviados',
    'Itens Enviados',
    'Posta inviata',
    'Inviati',
    'Inviata',
    'Verzonden',
    'Verzonden items',
    'Απεσταλμένα',
    'Απεσταλμένα στοιχεία',
    'Σταλμένα',
    'Σταλθέντα',
    'Wysłane',
    'Elementy wysłane',
    'Отправленные',
    'Skickat',
    'Skickade objekt',
    'Sendt',
    'Sendte elementer',
    'Lähetetyt',
    'Odeslaná pošta',
    'Gönderilmiş Öğeler',
    'Gönderilenler',
    '送信済み',
    '送信済みアイテム',
    '已发送',
    '已发送邮件',
    '寄件備份',
  ],
  drafts: [
    'Drafts',
    'Draft',
    'Entwürfe',
    'Brouillons',
    'Borradores',
    'Rascunhos',
    'Bozze',
    'Concepten',
    'Πρόχειρα',
    'Kopie robocze',
    'Wersje robocze',
    'Черновики',
    'Utkast',
    'Kladder',
    'Luonnokset',
    'Koncepty',
    'Taslaklar',
    '下書き',
    '草稿',
    '草稿箱',
  ],
  trash: [
    'Trash',
    'Deleted Items',
    'Deleted Messages',
    'Deleted',
    'Bin',
    'Papierkorb',
    'Gelöschte Elemente',
    'Gelöscht',
    'Corbeille',
    'Éléments supprimés',
    'Papelera',
    'Elementos eliminados',
    'Lixeira',
    'Itens Excluídos',
    'Cestino',
    'Posta eliminata',
    'Prullenbak',
    'Verwijderde items',
    'Διαγραμμένα',
    'Διαγραμμένα στοιχεία',
    'Κάδος',
    'Κάδος Απορριμμάτων',
    'Κάδος ανακύκλωσης',
    'Kosz',
    'Elementy usunięte',
    'Корзина',
    'Удаленные',
    'Papperskorgen',
    'Borttaget',
    'Papirkurv',
    'Slettet post',
    'Roskakori',
    'Koš',
    'Odstraněná pošta',
    'Çöp Kutusu',
    'Silinmiş Öğeler',
    'ゴミ箱',
    '削除済みアイテム',
    '已删除',
    '已删除邮件',
    '垃圾桶',
  ],
  junk: [
    'Junk',
    'Junk E-mail',
    'Junk Email',
    'Junk Mail',
    'Spam',
    'Bulk Mail',
    'Spamverdacht',
    'Junk-E-Mail',
    'Courrier indésirable',
    'Indésirables',
    'Correo no deseado',
    'Lixo Eletrônico',
    'Lixo eletrónico',
    'Posta indesiderata',
    'Ongewenste e-mail',
    'Ανεπιθύμητα',
    'Ανεπιθύμητη αλληλογραφία',
    'Ανεπιθύμητη ηλεκτρονική αλληλογραφία',
    'Wiadomości-śmieci',
    'Нежелательная почта',
    'Спам',
    'Skräppost',
    'Uønsket e-mail',
    'Søppelpost',
    'Roskaposti',
    'Nevyžádaná pošta',
    'Önemsiz E-posta',
    '迷惑メール',
    '垃圾邮件',
  ],
  archive: [
    'Archive',
    'Archives',
    'Archiv',
    'Archivo',
    'Arquivo',
    'Archivio',
    'Archief',
    'Αρχειοθήκη',
    'Αρχείο',
    'Archiwum',
    'Архив',
    'Arkiv',
    'Arkisto',
    'Arşiv',
    'アーカイブ',
    '归档',
    '封存',
  ],
};

/** Names compare without case and in NFC: macOS decomposes accents. */
export const foldName = (name: string): string => name.normalize('NFC').toLocaleLowerCase('en');

const useByName = new Map(specialUses.flatMap((use) => names[use].map((name) => [foldName(name), use] as const)));

export interface NamedFolder {
  folder: ListedFolder;
  /** Levels below the personal namespace. */
  levels: readonly string[];
}

/** Special folders of one side. An attribute wins over a name, and of several names the first listed wins. */
export function specialFolders<T extends NamedFolder>(folders: readonly T[]): Map<SpecialUse, T> {
  const found = new Map<SpecialUse, T>();
  for (const use of specialUses) {
    const named =
      folders.find(({ folder }) => folder.attributes.includes(`\\${use}`)) ??
      folders.find((candidate) => useOfName(candidate) === use);
    if (named) found.set(use, named);
  }
  return found;
}

/** By name only at the top, or directly below INBOX where Courier keeps everything. */
function useOfName({ levels }: NamedFolder): SpecialUse | undefined {
  const below = levels.length === 2 && levels[0] === 'INBOX' ? levels.slice(1) : levels;
  return below.length === 1 ? useByName.get(foldName(below[0] ?? '')) : undefined;
}
