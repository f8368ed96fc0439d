/** The fields of forms, each with its label. None is controlled: what was typed stays when the API says no. */
import type { ComponentChildren } from 'preact';

interface Named {
  readonly name: string;
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
}
interface TextProps extends Named {
  readonly value?: string;
  readonly type?: 'text' | 'email' | 'url' | 'number' | 'password' | 'time' | 'datetime-local' | 'color';
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly min?: number;
  readonly max?: number;
}

export function Text({ name, label, hint, value = '', type = 'text', ...more }: TextProps) {
  return (
    <label>
      {label}
      <input
        name={name}
        defaultValue={value}
        // Preact's types tell each kind of input apart; any of these takes what is given here.
        type={type as 'text'}
        autocomplete={type === 'password' ? 'new-password' : 'off'}
        data-testid={`field-${name}`}
        {...more}
      />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </label>
  );
}

interface AreaProps extends Named {
  readonly value?: string;
  readonly required?: boolean;
  readonly rows?: number;
  readonly placeholder?: string;
}

export function TextArea({
  name,
  label,
  hint,
  value = '',
  required = false,
  rows = 3,
  placeholder = '',
}: AreaProps) {
  return (
    <label>
      {label}
      <textarea
        name={name}
        rows={rows}
        class="mono"
        defaultValue={value}
        required={required}
        placeholder={placeholder}
        spellcheck={false}
        data-testid={`field-${name}`}
      />
      {hint !== undefined && <span class="hint">{hint}</span>}
    </label>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface ChoiceProps extends Named {
  readonly options: readonly Option[];
  readonly value?: string;
  readonly changed?: (value: string) => void;
}

export function Choice({ name, label, hint, options, value, changed }: ChoiceProps) {
  return (
    <label>
      {label}
      <select
        name={name}
        data-testid={`field-${name}`}
        onChange={(event) => changed?.(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint !== undefined && <span class="hint">{hint}</span>}
    </label>
  );
}

interface CheckProps extends Named {
  readonly checked?: boolean;
  readonly value?: string;
  readonly disabled?: boolean;
  readonly changed?: (checked: boolean) => void;
}

export function Check({
  name,
  label,
  hint,
  checked = false,
  value = 'on',
  disabled = false,
  changed,
}: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        value={value}
        defaultChecked={checked}
        disabled={disabled}
        data-testid={`field-${name}-${value}`}
        onChange={(event) => changed?.(event.currentTarget.checked)}
      />
      <span>
        {label}
        {hint !== undefined && <span class="hint"> {hint}</span>}
      </span>
    </label>
  );
}

interface ChecksProps {
  readonly name: string;
  readonly legend: string;
  readonly options: readonly Option[];
  readonly chosen?: readonly string[];
}

export function Checks({ name, legend, options, chosen = [] }: ChecksProps) {
  return (
    <fieldset class="checks">
      <legend>{legend}</legend>
      {options.map(({ value, label }) => (
        <Check key={value} name={name} value={value} label={label} checked={chosen.includes(value)} />
      ))}
    </fieldset>
  );
}

/** All that were ticked under one name. */
export const ticked = (fields: FormData, name: string): string[] => fields.getAll(name).map(String);
/** Lines or words, without empty ones. */
export const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
