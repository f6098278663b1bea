import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import './app/styles'
import { refuseStrayDrops } from './lib/window'

refuseStrayDrops()

createRoot(document.getElementById('root')!).render(<App />)
