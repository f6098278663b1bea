import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import './app/styles'

createRoot(document.getElementById('root')!).render(<App />)
