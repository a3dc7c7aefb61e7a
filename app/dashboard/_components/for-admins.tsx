import Link from 'next/link'
import { cache, type ReactNode, Suspense } from 'react'
import { button } from '@/components/button'
import { Notice } from '@/components/notice'
import { PageTitle } from '@/components/page-title'
import { SwitchAccount } from '@/components/switch-account'
import { signedInAdmin } from '@/lib/auth/page-access.server'
import { problemToShow } from '@/lib/http/problem-to-show'
import { Outage } from './outage'
import { PageToCome } from './page-to-come'

/** Once for the layout and the page. Each function that reads data checks again. */
const adminOfRender = cache(() => signedInAdmin().catch(problemToShow))

type Props = {
  /** The title of the page. */
  label: string
  /** Placeholder, instead of the title and a list. */
  fallback?: ReactNode
  render(): ReactNode | Promise<ReactNode>
}

/** What only admins see. For others there is nothing here: the layout says why. */
export const ForAdmins = ({ label, fallback, render }: Props) => (
  <Suspense fallback={fallback ?? <PageToCome title={label} />}>
    <IfAdmin render={render} />
  </Suspense>
)

async function IfAdmin({ render }: Pick<Props, 'render'>) {
  const admin = await adminOfRender()
  return admin && 'id' in admin ? render() : null
}

/** The frame of every page for admins; for others the reason why there is none. */
export async function FrameForAdmins({ children }: { children: ReactNode }) {
  const admin = await adminOfRender()
  if (admin && 'id' in admin) return children
  return (
    <>
      <PageTitle title="Dashboard" />
      {admin ? (
        <Outage {...admin} />
      ) : (
        <Notice title="For admins only">
          <p>
            An admin is a user with the role “admin” in the public metadata. Ask the people who run this app
            for the role, or sign in with another account.
          </p>
          <div className="flex flex-wrap gap-3">
            <SwitchAccount />
            <Link href="/" className={button('outline')}>
              Home
            </Link>
          </div>
        </Notice>
      )}
    </>
  )
}
