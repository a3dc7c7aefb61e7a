import type { Metadata } from 'next'
import Link from 'next/link'
import { Suspense } from 'react'
import { z } from 'zod'
import { Avatar } from '@/components/avatar'
import { orOutage } from '@/components/or-outage'
import { PageTitle } from '@/components/page-title'
import { FieldSkeleton } from '@/components/skeleton'
import { signedInUser } from '@/lib/auth/page-access.server'
import { ProfileForm } from './profile-form'

export const metadata: Metadata = { title: 'Profile' }

export default function ProfilePage() {
  return (
    <>
      <PageTitle title="Profile">
        Your name as other people see it, and how far along your setup is.
      </PageTitle>
      <Suspense fallback={<ProfileSkeleton />}>
        <OwnProfile />
      </Suspense>
    </>
  )
}

/** As the name and the three fields that it stands for. */
const ProfileSkeleton = () => (
  <div role="status" data-loading aria-label="Loading profile" className="max-w-md motion-safe:animate-pulse">
    <div className="mb-6 flex items-center gap-4">
      <div className="size-12 rounded-full bg-line" />
      <div className="h-4 w-1/3 rounded bg-line" />
    </div>
    {['First name', 'Last name', 'Setup'].map((label) => (
      <FieldSkeleton key={label} label={label} className="mb-5 font-medium" />
    ))}
    <div className="h-9 w-16 rounded-md bg-line" />
  </div>
)

/** The user's browser can write anything into unsafe metadata. What does not match counts as not started. */
const setupOf = z.object({ setup: z.object({ status: z.enum(['not_started', 'in_progress', 'complete']) }) })

function OwnProfile() {
  return orOutage('Your profile', async () => {
    const user = await signedInUser()
    const setup = setupOf.safeParse(user.unsafeMetadata).data?.setup.status ?? 'not_started'
    return (
      <>
        <div className="mb-6 flex items-center gap-4">
          <Avatar src={user.imageUrl} size={48} />
          <p className="wrap-anywhere min-w-0">
            <span className="block text-sm text-soft">Your name is shown as</span>{' '}
            <strong className="font-semibold">
              <bdi>{user.fullName ?? user.username ?? 'Unnamed'}</bdi>
            </strong>
          </p>
        </div>
        <ProfileForm profile={{ firstName: user.firstName ?? '', lastName: user.lastName ?? '', setup }} />
        <p className="mt-8 text-sm">
          <Link href="/organizations" className="inline-block py-1 underline underline-offset-2">
            Your organizations
          </Link>
        </p>
      </>
    )
  })
}
