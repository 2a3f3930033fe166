/** HTML text in which everything that was not written here is escaped. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

/** Tagged template: interpolated texts and numbers are escaped, `Html` goes in as it is. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.reduce(
    (all, string, i) => all + string + (i < parts.length ? partText(parts[i] ?? '') : ''),
    '',
  );
  return { html: text };
}

function partText(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'html' in part ? part.html : part.map((one) => one.html).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Foreign names: isolated, so that right-to-left text and control characters cannot rearrange what stands beside them. */
export const foreign = (name: string): Html => html`<bdi>${name.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD')}</bdi>`;

export const nothing: Html = { html: '' };
