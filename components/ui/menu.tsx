"use client";

import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from "react-aria-components/Menu";
import { Header } from "react-aria-components/Header";
import { Popover } from "react-aria-components/Popover";
import { classes } from "./classes";
import { Chevron, Icon } from "./icon";
import { overlayClass } from "./popover";

export type MenuOption = { readonly value: string; readonly label: ReactNode; readonly text: string; readonly beside?: ReactNode };

const itemClass = "flex min-h-28 cursor-pointer items-center gap-8 rounded-1 px-8 outline-none data-[focused]:bg-press phone:min-h-44";

type ChoiceMenuProps = {
  /** Said before the value, in grey; also the menu's name. */
  readonly label: string;
  readonly showLabel?: boolean;
  readonly options: readonly MenuOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string;
};

/** "Group Band": a choice that shows its value and opens the others. */
export function ChoiceMenu({ label, showLabel = true, options, value, onChange, className }: ChoiceMenuProps) {
  const chosen = options.find((option) => option.value === value);
  return (
    <MenuTrigger>
      <Button
        aria-label={`${label}: ${chosen?.text ?? value}`}
        className={classes("inline-flex h-28 items-center gap-6 rounded-2 px-8 whitespace-nowrap hover:bg-hover phone:h-40", className)}
      >
        {showLabel && <span className="text-ink-3">{label}</span>}
        {chosen?.label ?? value}
        <Chevron />
      </Button>
      <MenuPopover>
        <AriaMenu
          aria-label={label}
          className="min-w-160 p-6 outline-none"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[value]}
          onAction={(key) => {
            onChange(String(key));
          }}
        >
          {options.map((option) => (
            <MenuItem key={option.value} id={option.value} textValue={option.text} className={itemClass}>
              {({ isSelected }) => (
                <>
                  <span className="w-14">{isSelected && <Icon name="check" size={14} />}</span>
                  {option.label}
                  {option.beside !== undefined && <span className="ml-auto pl-16 text-12 text-ink-3">{option.beside}</span>}
                </>
              )}
            </MenuItem>
          ))}
        </AriaMenu>
      </MenuPopover>
    </MenuTrigger>
  );
}

export type ActionSection = { readonly heading?: string; readonly actions: readonly (MenuOption & { readonly run: () => void })[] };

/** A menu of things to do behind any pressable trigger. */
export function ActionMenu({
  label,
  trigger,
  sections,
}: {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly sections: readonly ActionSection[];
}) {
  const actions = sections.flatMap((section) => section.actions);
  return (
    <MenuTrigger>
      {trigger}
      <MenuPopover>
        <AriaMenu
          aria-label={label}
          className="min-w-180 p-6 outline-none"
          onAction={(key) => actions.find((action) => action.value === String(key))?.run()}
        >
          {sections.map((section) => (
            <MenuSection
              key={section.heading ?? section.actions[0]?.value ?? ""}
              {...(section.heading === undefined ? { "aria-label": label } : {})}
            >
              {section.heading !== undefined && <Header className="px-8 pt-6 pb-2 text-11 text-ink-3">{section.heading}</Header>}
              {section.actions.map((action) => (
                <MenuItem key={action.value} id={action.value} textValue={action.text} className={itemClass}>
                  {action.label}
                  {action.beside !== undefined && <span className="ml-auto pl-16 text-12 text-ink-3">{action.beside}</span>}
                </MenuItem>
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </MenuPopover>
    </MenuTrigger>
  );
}

function MenuPopover({ children }: { readonly children: ReactNode }) {
  return (
    <Popover placement="bottom end" offset={4} className={classes(overlayClass, "overflow-auto")}>
      {children}
    </Popover>
  );
}
