import { SignIn } from '@clerk/nextjs'
import type { Metadata } from 'next'
import { ClerkPage } from '@/components/clerk-page'

export const metadata: Metadata = { title: 'Sign in' }

export default function SignInPage() {
  return <ClerkPage label="Loading: sign in">{(placeholder) => <SignIn fallback={placeholder} />}</ClerkPage>
}
