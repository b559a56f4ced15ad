"""What referral campaigns really brought: invites, forests, suspicions, experiments."""
