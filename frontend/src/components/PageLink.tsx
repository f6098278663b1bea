import { Anchor, type AnchorProps } from '@mantine/core'
import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, Ref } from 'react'

type Props = AnchorProps &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> & {
    ref?: Ref<HTMLAnchorElement>
  }

const Created = createLink((props: Props) => <Anchor {...props} />)

/** A link to another page of Vitrine. */
export const PageLink: LinkComponent<(props: Props) => React.ReactNode> = (props) => (
  <Created {...props} />
)
