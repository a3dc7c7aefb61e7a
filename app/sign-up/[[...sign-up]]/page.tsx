import { SignUp } from '@clerk/nextjs'
import type { Metadata } from 'next'
import { ClerkPage } from '@/components/clerk-page'

export const metadata: Metadata = { title: 'Sign up' }

export default function SignUpPage() {
  return <ClerkPage label="Loading: sign up">{(placeholder) => <SignUp fallback={placeholder} />}</ClerkPage>
}
