import type { Metadata } from 'next'
import { type ReactNode, Suspense } from 'react'
import { DashboardMenu, DashboardNav } from './_components/dashboard-nav'
import { DashboardSkeleton } from './_components/dashboard-skeleton'
import { FrameForAdmins } from './_components/for-admins'
import { Live, LiveControls } from './_components/live'
import { Search } from './_components/search'
import { Toasts } from './_components/toasts'

export const metadata: Metadata = { title: { default: 'Dashboard', template: '%s · Dashboard' } }

/** Navigation, search, live updates and messages, which stay while somebody goes from page to page. */
export default function DashboardLayout({ children }: { children: ReactNode }) {
  return (
    <div data-wide>
      <Suspense fallback={<DashboardSkeleton />}>
        <FrameForAdmins>
          <Toasts>
            <Live>
              <div className="lg:grid lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-10">
                <DashboardNav />
                <div className="min-w-0">
                  <div className="mb-8 flex flex-wrap items-start justify-between gap-3">
                    <DashboardMenu />
                    <Search />
                    <LiveControls />
                  </div>
                  {children}
                </div>
              </div>
            </Live>
          </Toasts>
        </FrameForAdmins>
      </Suspense>
    </div>
  )
}
